package io.crij.image.layer;

/// An entry of a layer that must not be unpacked; the message continues "entry x …".
final class UnsafeEntry extends Exception {
    private static final long serialVersionUID = 1;

    UnsafeEntry(String reason) {
        super(reason);
    }
}
