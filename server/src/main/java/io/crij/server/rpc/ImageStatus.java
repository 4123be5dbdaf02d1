package io.crij.server.rpc;

import io.crij.cri.v1.ImageStatusRequest;
import io.crij.cri.v1.ImageStatusResponse;
import io.crij.image.Image;
import io.crij.image.ImageException;
import io.crij.image.Images;
import io.crij.server.cri.EncodedItems;
import io.crij.server.cri.VerboseInfo;
import java.util.List;

/// One image; an answer without an image when it is not here.
final class ImageStatus {
    private final Images images;
    private final EncodedItems<Image> items;

    ImageStatus(Images images, EncodedItems<Image> items) {
        this.images = images;
        this.items = items;
    }

    ImageStatusResponse call(ImageStatusRequest request) throws ImageException {
        var answer = ImageStatusResponse.newBuilder();
        images.find(ImageNames.required(request.getImage())).ifPresent(image -> {
            answer.setUnknownFields(EncodedItems.field(
                    ImageStatusResponse.IMAGE_FIELD_NUMBER, List.of(items.one(image, images::list))));
            if (request.getVerbose()) {
                answer.putInfo("info", VerboseInfo.of(image));
            }
        });
        return answer.build();
    }
}
