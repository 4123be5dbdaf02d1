package io.crij.monitor;

import java.nio.ByteBuffer;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/// A few direct buffers, made on demand and kept for the next one who needs one.
final class BufferPool {
    private static final int BYTES = 32 << 10;
    private static final int KEPT = 4;

    private final BlockingQueue<ByteBuffer> free = new ArrayBlockingQueue<>(KEPT);

    ByteBuffer take() {
        ByteBuffer pooled = free.poll();
        return pooled == null ? ByteBuffer.allocateDirect(BYTES) : pooled.clear();
    }

    /// When enough are kept, the collector takes it.
    void give(ByteBuffer buffer) {
        free.offer(buffer);
    }
}
