package io.crij.monitor;

import io.crij.linux.Errno;
import io.crij.linux.ErrnoException;
import io.crij.linux.Fd;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// One stream of a container's output. Used by one writer thread at a time, but for [#ready].
final class OutputSource {
    private final Fd fd;
    private final LogStream stream;
    private final boolean terminal;
    private Readiness.@Nullable Watch watch;
    private volatile boolean ready = true;
    private volatile boolean ended;
    private boolean enlarged;
    /// Bytes that are still to be logged before the output counts as drained.
    private int owed;

    OutputSource(Fd fd, LogStream stream, boolean terminal) {
        this.fd = fd;
        this.stream = stream;
        this.terminal = terminal;
    }

    LogStream stream() {
        return stream;
    }

    boolean ready() {
        return ready && !ended;
    }

    boolean ended() {
        return ended;
    }

    /// Whether a step over this source can be finished by another monitor. A terminal's bytes cannot be peeked at:
    /// those read and not logged yet, one read of at most 4 KiB, are lost when the monitor is killed in between.
    boolean peekable() {
        return !terminal;
    }

    void watch(Readiness readiness, Runnable wake) throws ErrnoException {
        if (terminal) {
            fd.nonBlocking(true);
        }
        watch = readiness.watch(fd, () -> {
            ready = true;
            wake.run();
        });
    }

    /// Bytes to `buffers.raw` from its position on; empty when there are none yet, 0 at the end. They stay in the pipe
    /// until [#take].
    Optional<Integer> peek(WriteBuffers buffers) throws ErrnoException {
        if (terminal) {
            return readTerminal(buffers.raw);
        }
        Optional<Integer> peeked = fd.tryTee(buffers.spool.writer(), buffers.raw.remaining());
        int count = peeked.orElse(0);
        for (int got = 0; got < count; ) {
            got += buffers.spool.reader().read(buffers.raw);
        }
        owed -= count;
        if (count >= WriteBuffers.PEEK / 8 && !enlarged) {
            enlarged = true;
            enlarge();
        }
        return peeked;
    }

    private Optional<Integer> readTerminal(ByteBuffer raw) throws ErrnoException {
        try {
            Optional<Integer> got = fd.tryRead(raw);
            owed -= got.orElse(0);
            return got;
        } catch (ErrnoException e) {
            // the other end of a terminal was closed by the last process that had it
            if (e.errno() == Errno.EIO) {
                return Optional.of(0);
            }
            throw e;
        }
    }

    /// Takes the bytes between `from` and `to`, which were peeked at, off the pipe. One read(2): a kill comes before or
    /// after it, never in between, as that many bytes are there.
    void take(ByteBuffer raw, int from, int to) throws ErrnoException {
        if (terminal) {
            return;
        }
        raw.limit(to).position(from);
        while (raw.hasRemaining()) {
            fd.read(raw);
        }
    }

    /// A busy writer gets a larger pipe: it is woken less often. Not being allowed to is fine.
    private void enlarge() {
        try {
            fd.pipeCapacity(WriteBuffers.PEEK);
        } catch (ErrnoException e) {
            System.getLogger(OutputSource.class.getName())
                    .log(System.Logger.Level.DEBUG, "a pipe keeps its size: " + e.getMessage());
        }
    }

    /// There is nothing more for now.
    void quiet() throws ErrnoException {
        ready = false;
        Readiness.Watch w = watch;
        if (w != null) {
            w.rearm();
        }
    }

    void end() {
        ended = true;
        unwatch();
    }

    void unwatch() {
        Readiness.Watch w = watch;
        if (w != null) {
            w.close();
        }
    }

    /// From now on the output counts as drained when what is there at this moment has been logged.
    void oweAvailable() throws ErrnoException {
        if (!ended) {
            owed = fd.available();
            ready = true;
        }
    }

    boolean settled() {
        return ended || !ready || owed <= 0;
    }
}
