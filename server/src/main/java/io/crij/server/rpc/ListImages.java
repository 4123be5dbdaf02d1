package io.crij.server.rpc;

import io.crij.cri.v1.Image;
import io.crij.cri.v1.ImageFilter;
import io.crij.cri.v1.ListImagesRequest;
import io.crij.cri.v1.ListImagesResponse;
import io.crij.image.Images;
import io.crij.server.cri.ImageAnswers;
import java.util.stream.Stream;

/// The images that are here, or the one that the filter names.
final class ListImages {
    private final Images images;

    ListImages(Images images) {
        this.images = images;
    }

    ListImagesResponse call(ListImagesRequest request) {
        var answer = ListImagesResponse.newBuilder();
        items(request.getFilter()).forEach(answer::addImages);
        return answer.build();
    }

    Stream<Image> items(ImageFilter filter) {
        var name = filter.getImage().getImage();
        var found = name.isEmpty() ? images.list().stream() : images.find(name).stream();
        return found.map(ImageAnswers::item);
    }
}
