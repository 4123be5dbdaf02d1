package io.crij.image;

import java.util.HashSet;
import java.util.Set;

/// Which layers are being fetched now, over all pulls of a store: images that share layers and are pulled at the same
/// time fetch each of them once. Who waits for a layer that another pull is at finds it in [Layers] afterwards, or,
/// when
/// that pull failed or could not share it, fetches it itself.
///
/// Thread-safe. A turn is held while bytes arrive and are unpacked, never while waiting for another turn, so nobody
/// waits in a circle.
final class LayerTurns {
    /// Held by one thread; closing it wakes those who wait for the same layer.
    @FunctionalInterface
    interface Turn extends AutoCloseable {
        @Override
        void close();
    }

    private final Set<Digest> running = new HashSet<>();

    /// Waits until nobody else is at this layer.
    Turn take(Digest diffId) throws InterruptedException {
        synchronized (running) {
            while (!running.add(diffId)) {
                running.wait();
            }
        }
        return () -> {
            synchronized (running) {
                running.remove(diffId);
                running.notifyAll();
            }
        };
    }
}
