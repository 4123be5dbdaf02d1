package io.crij.image;

/// How far one layer of a pull is.
///
/// @param index 0 is the bottom layer
/// @param count layers of the image
/// @param bytes of the compressed layer that have arrived
/// @param total compressed size, bytes
public record LayerProgress(int index, int count, Digest digest, long bytes, long total, State state) {
    public enum State {
        /// Bytes arrive and are unpacked.
        FETCHING,
        /// Verified and in the store.
        DONE,
        /// Was in the store before.
        PRESENT
    }
}
