package io.crij.server.streaming;

import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/// What a client has sent on one stream and nobody has taken yet. Filled by the connection's thread, emptied by a
/// virtual thread.
final class Inbox {
    private final Link link;
    private final Queue<ByteBuf> waiting = new ArrayDeque<>();
    private boolean ended;
    private boolean closed;

    Inbox(Link link) {
        this.link = link;
    }

    /// Takes the bytes over. After the end, or when nobody wants them, they are dropped.
    void offer(ByteBuf bytes) {
        int size = bytes.readableBytes();
        synchronized (this) {
            if (!ended && !closed && size > 0) {
                waiting.add(bytes);
                notifyAll();
            } else {
                bytes.release();
                return;
            }
        }
        link.arrived(size);
    }

    synchronized void end() {
        ended = true;
        notifyAll();
    }

    /// Waits for bytes, the caller's to release; null at the end.
    @Nullable
    ByteBuf take() throws InterruptedException {
        ByteBuf taken;
        synchronized (this) {
            while (waiting.isEmpty() && !ended && !closed) {
                wait();
            }
            taken = waiting.poll();
        }
        if (taken != null) {
            link.consumed(taken.readableBytes());
        }
        return taken;
    }

    /// Drops what is there and what comes.
    void close() {
        int dropped = 0;
        synchronized (this) {
            closed = true;
            for (ByteBuf bytes = waiting.poll(); bytes != null; bytes = waiting.poll()) {
                dropped += bytes.readableBytes();
                bytes.release();
            }
            notifyAll();
        }
        link.consumed(dropped);
    }
}
