package io.crij.server.rpc;

import io.crij.cri.v1.RemoveImageRequest;
import io.crij.cri.v1.RemoveImageResponse;
import io.crij.image.ImageException;
import io.crij.image.Images;

/// Removes an image with all its names.
final class RemoveImage {
    private final Images images;

    RemoveImage(Images images) {
        this.images = images;
    }

    RemoveImageResponse call(RemoveImageRequest request) throws ImageException {
        images.remove(ImageNames.required(request.getImage()));
        return RemoveImageResponse.getDefaultInstance();
    }
}
