package io.crij.server.rpc;

import io.crij.cri.v1.ListImagesRequest;
import io.crij.cri.v1.ListImagesResponse;
import io.crij.image.Images;
import io.crij.server.cri.ImageAnswers;

/// The images that are here, or the one that the filter names.
final class ListImages {
    private final Images images;

    ListImages(Images images) {
        this.images = images;
    }

    ListImagesResponse call(ListImagesRequest request) {
        var name = request.getFilter().getImage().getImage();
        var found = name.isEmpty() ? images.list() : images.find(name).stream().toList();
        var answer = ListImagesResponse.newBuilder();
        found.stream().map(ImageAnswers::item).forEach(answer::addImages);
        return answer.build();
    }
}
