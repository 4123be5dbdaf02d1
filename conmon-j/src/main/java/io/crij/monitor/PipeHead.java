package io.crij.monitor;

import io.crij.linux.ErrnoException;
import io.crij.linux.Fd;
import io.crij.linux.Pipe;
import io.crij.linux.abi.FileFlags;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// Looks at what comes next in a pipe, and drops it. A pipe can only be read by taking from it; so its pages are
/// duplicated into another pipe (tee(2)), which is read. For one thread, that is also why one such pipe is enough:
/// it is empty between two calls.
final class PipeHead implements AutoCloseable {
    private final int capacity;
    private @Nullable Pipe copy;
    private @Nullable Fd nothing;

    /// @param capacity of the pipes that are looked at, bytes
    PipeHead(int capacity) {
        this.capacity = capacity;
    }

    /// Reads into a direct buffer, from its position to at most its limit, what stays in the pipe. Less than there
    /// is only when the pipe has more pages than the copy may have.
    void peek(Fd pipe, ByteBuffer target) throws ErrnoException {
        Pipe own = copy();
        int count = pipe.tryTee(own.writer(), target.remaining()).orElse(0);
        target.limit(target.position() + count);
        try {
            while (target.hasRemaining()) {
                own.reader().read(target);
            }
        } finally {
            if (target.hasRemaining()) {
                forget();
            }
        }
    }

    /// Drops as many bytes as it can in one call, at most `count`. A kill may cut that short too.
    int drop(Fd pipe, int count) throws ErrnoException {
        Fd sink = nothing;
        if (sink == null) {
            sink = Fd.open("/dev/null", FileFlags.O_WRONLY);
            nothing = sink;
        }
        return pipe.trySplice(sink, count).orElse(0);
    }

    /// Bytes that can be looked at at once.
    int capacity() throws ErrnoException {
        return copy().reader().pipeCapacity();
    }

    private Pipe copy() throws ErrnoException {
        Pipe own = copy;
        if (own == null) {
            own = Pipe.open();
            copy = own;
            PipeSize.grow(own.writer(), capacity);
        }
        return own;
    }

    /// What is still in the copy must not be read as if it were of another pipe.
    private void forget() {
        Pipe own = copy;
        copy = null;
        if (own != null) {
            own.close();
        }
    }

    @Override
    public void close() {
        forget();
        Fd sink = nothing;
        if (sink != null) {
            sink.close();
        }
    }
}
