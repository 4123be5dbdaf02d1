package io.crij.server.rpc;

import io.crij.cri.v1.ImageStatusRequest;
import io.crij.cri.v1.ImageStatusResponse;
import io.crij.image.ImageException;
import io.crij.image.Images;
import io.crij.server.cri.ImageAnswers;
import io.crij.server.cri.VerboseInfo;

/// One image; an answer without an image when it is not here.
final class ImageStatus {
    private final Images images;

    ImageStatus(Images images) {
        this.images = images;
    }

    ImageStatusResponse call(ImageStatusRequest request) throws ImageException {
        var answer = ImageStatusResponse.newBuilder();
        images.find(ImageNames.required(request.getImage())).ifPresent(image -> {
            answer.setImage(ImageAnswers.item(image));
            if (request.getVerbose()) {
                answer.putInfo("info", VerboseInfo.of(image));
            }
        });
        return answer.build();
    }
}
