package io.crij.server.rpc;

import io.crij.cri.v1.ImageSpec;
import io.crij.image.ImageException;

/// The image that a request names.
final class ImageNames {
    private ImageNames() {}

    static String required(ImageSpec image) throws ImageException {
        if (image.getImage().isBlank()) {
            throw new ImageException.InvalidReference(image.getImage(), "the request names no image");
        }
        return image.getImage();
    }
}
