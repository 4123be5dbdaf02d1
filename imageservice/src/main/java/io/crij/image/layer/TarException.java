package io.crij.image.layer;

import java.io.IOException;

/// Bytes that are no tar archive, or a damaged one.
final class TarException extends IOException {
    private static final long serialVersionUID = 1;

    TarException(String reason) {
        super(reason);
    }
}
