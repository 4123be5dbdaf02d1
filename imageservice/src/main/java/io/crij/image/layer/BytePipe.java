package io.crij.image.layer;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Hands blocks of bytes from one thread to another with a fixed number of buffers: while the one decompresses the
/// next
/// block, the other writes the last one to disk. The writer's failure reaches the reader in its order, the reader's
/// [#close] ends the writer.
final class BytePipe extends InputStream {
    private static final int BLOCK = 256 * 1024;
    private static final int BLOCKS = 4;

    private record Block(byte[] bytes, int length) {}

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Deque<byte[]> free = new ArrayDeque<>();
    private final Deque<Block> full = new ArrayDeque<>();
    private int made;
    private boolean ended;
    private boolean closed;
    private @Nullable IOException failure;

    // only the reader's
    private byte[] current = new byte[0];
    private int at;
    private int limit;

    /// Copies everything from a stream into the pipe.
    ///
    /// @return false when the reader has gone
    boolean transfer(InputStream in) throws IOException {
        while (true) {
            byte[] bytes = freeBlock();
            if (bytes == null) {
                return false;
            }
            int length = in.readNBytes(bytes, 0, BLOCK);
            publish(bytes, length);
            if (length < BLOCK) {
                return true;
            }
        }
    }

    private byte @Nullable [] freeBlock() throws IOException {
        lock.lock();
        try {
            while (!closed && free.isEmpty() && made == BLOCKS) {
                await();
            }
            if (closed) {
                return null;
            }
            if (free.isEmpty()) {
                made++;
                return new byte[BLOCK];
            }
            return free.pop();
        } finally {
            lock.unlock();
        }
    }

    private void publish(byte[] bytes, int length) {
        lock.lock();
        try {
            full.add(new Block(bytes, length));
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// No more bytes come; with a failure the reader gets that after the bytes.
    void end(@Nullable IOException reason) {
        lock.lock();
        try {
            ended = true;
            failure = reason;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public int read(byte[] target, int from, int length) throws IOException {
        if (at == limit && !nextBlock()) {
            return -1;
        }
        int part = Math.min(length, limit - at);
        System.arraycopy(current, at, target, from, part);
        at += part;
        return part;
    }

    @Override
    public int read() throws IOException {
        if (at == limit && !nextBlock()) {
            return -1;
        }
        return current[at++] & 0xFF;
    }

    @Override
    public long skip(long bytes) throws IOException {
        if (bytes <= 0 || at == limit && !nextBlock()) {
            return 0;
        }
        int part = (int) Math.min(bytes, limit - at);
        at += part;
        return part;
    }

    /// Called with each block before the reader gets it.
    @FunctionalInterface
    interface Tap {
        void block(byte[] bytes, int length);
    }

    private Tap tap = (bytes, length) -> {};

    void tap(Tap listener) {
        tap = listener;
    }

    private boolean nextBlock() throws IOException {
        lock.lock();
        try {
            if (limit > 0) {
                free.push(current);
                limit = 0;
                at = 0;
                changed.signalAll();
            }
            while (full.isEmpty() || full.peek().length() == 0) {
                full.poll();
                if (full.isEmpty() && ended) {
                    if (failure != null) {
                        throw failure;
                    }
                    return false;
                }
                if (full.isEmpty()) {
                    await();
                }
            }
            Block block = full.remove();
            current = block.bytes();
            limit = block.length();
        } finally {
            lock.unlock();
        }
        tap.block(current, limit);
        return true;
    }

    private void await() throws IOException {
        try {
            changed.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("unpacking was cancelled");
        }
    }

    /// The reader goes; the writer ends at its next block.
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
