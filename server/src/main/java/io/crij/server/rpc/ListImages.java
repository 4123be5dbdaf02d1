package io.crij.server.rpc;

import io.crij.cri.v1.Image;
import io.crij.cri.v1.ImageFilter;
import io.crij.cri.v1.ListImagesRequest;
import io.crij.cri.v1.ListImagesResponse;
import io.crij.image.Images;
import io.crij.server.cri.EncodedItems;
import io.crij.server.cri.ImageAnswers;
import java.util.List;
import java.util.stream.Stream;

/// The images that are here, or the one that the filter names.
final class ListImages {
    private final Images images;
    private final EncodedItems<io.crij.image.Image> encoded;

    ListImages(Images images, EncodedItems<io.crij.image.Image> encoded) {
        this.images = images;
        this.encoded = encoded;
    }

    ListImagesResponse call(ListImagesRequest request) {
        var all = images.list();
        return ListImagesResponse.newBuilder()
                .setUnknownFields(
                        encoded.field(ListImagesResponse.IMAGES_FIELD_NUMBER, wanted(request.getFilter(), all), all))
                .build();
    }

    Stream<Image> items(ImageFilter filter) {
        return wanted(filter, images.list()).stream().map(ImageAnswers::item);
    }

    private List<io.crij.image.Image> wanted(ImageFilter filter, List<io.crij.image.Image> all) {
        var name = filter.getImage().getImage();
        return name.isEmpty() ? all : images.find(name).stream().toList();
    }
}
