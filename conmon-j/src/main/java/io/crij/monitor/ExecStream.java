package io.crij.monitor;

import com.google.protobuf.ByteString;
import io.crij.linux.ErrnoException;
import io.crij.linux.Fd;
import java.nio.ByteBuffer;
import java.util.Optional;

/// One output stream of an exec: keeps so many bytes, reads and drops the rest. Used by the exec's thread.
final class ExecStream implements AutoCloseable {
    private final Fd fd;
    private final Readiness.Watch watch;
    private long room;
    private volatile boolean ready;
    private boolean ended;
    private ByteString kept = ByteString.EMPTY;

    /// @param limit bytes to keep
    /// @param wake called when there is something to read; must not block
    ExecStream(Fd fd, long limit, Readiness readiness, Runnable wake) throws ErrnoException {
        this.fd = fd;
        this.room = limit;
        fd.nonBlocking(true);
        watch = readiness.watch(fd, () -> {
            ready = true;
            wake.run();
        });
    }

    /// Reads what is there, at most what the pipe holds at this moment.
    void readAvailable(ByteBuffer buffer) throws ErrnoException {
        int most = ended ? 0 : fd.available();
        for (int got = 0; !ended && got <= most; got += buffer.position()) {
            buffer.clear();
            Optional<Integer> count = fd.tryRead(buffer);
            if (count.isEmpty()) {
                return;
            }
            ended = count.get() == 0;
            keep(buffer.flip());
            buffer.position(buffer.limit());
        }
    }

    /// Reads if the descriptor was reported to be readable, and asks for the next report.
    void readIfReady(ByteBuffer buffer) throws ErrnoException {
        if (ready && !ended) {
            ready = false;
            readAvailable(buffer);
            if (!ended) {
                watch.rearm();
            }
        }
    }

    boolean ready() {
        return ready && !ended;
    }

    int size() {
        return kept.size();
    }

    /// Hands out what was kept since the last call.
    ByteString take() {
        ByteString taken = kept;
        kept = ByteString.EMPTY;
        return taken;
    }

    private void keep(ByteBuffer bytes) {
        int count = (int) Math.min(room, bytes.remaining());
        if (count > 0) {
            ByteBuffer part = bytes.duplicate();
            kept = kept.concat(ByteString.copyFrom(part.limit(part.position() + count)));
            room -= count;
        }
    }

    @Override
    public void close() {
        watch.close();
    }
}
