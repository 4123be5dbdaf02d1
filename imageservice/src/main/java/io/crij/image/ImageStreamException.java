package io.crij.image;

import java.io.IOException;

/// Carries an [ImageException] out of a stream's `read`.
public final class ImageStreamException extends IOException {
    private static final long serialVersionUID = 1;

    private final ImageException image;

    public ImageStreamException(ImageException image) {
        super(image);
        this.image = image;
    }

    public ImageException image() {
        return image;
    }
}
