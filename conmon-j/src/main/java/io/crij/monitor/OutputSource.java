package io.crij.monitor;

import io.crij.linux.Errno;
import io.crij.linux.ErrnoException;
import io.crij.linux.Fd;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// One stream of a container's output. Used by one writer thread at a time; the lock guards the watch, which another
/// thread begins and ends.
final class OutputSource {
    /// Bytes at once of a busy writer.
    private static final int BUSY = WriteBuffers.TAKE / 8;

    private static final int PAUSES = 3;
    private static final Duration PAUSE = Duration.ofNanos(20_000);

    private final Fd fd;
    private final LogStream stream;
    private final boolean terminal;
    private Readiness.@Nullable Watch watch;
    private volatile boolean ready = true;
    private volatile boolean ended;
    /// Whether the kernel said that there is something, and nobody has looked since.
    private volatile boolean told = true;

    private boolean enlarged;
    private int pauses;
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

    /// The pump may have run, and found nothing more, before this returns: it waits for the watch then, or else
    /// nobody would ask for the next report.
    synchronized void watch(Readiness readiness, Runnable wake) throws ErrnoException {
        if (terminal) {
            fd.nonBlocking(true);
        }
        watch = readiness.watch(fd, () -> {
            told = true;
            ready = true;
            wake.run();
        });
    }

    /// Takes what there is into the backlog; empty when there is nothing yet, 0 at the end.
    Optional<Integer> take(Backlog backlog, WriteBuffers buffers) throws ErrnoException {
        boolean said = told;
        told = false;
        Optional<Integer> taken = terminal ? takeTerminal(backlog, buffers) : backlog.take(fd, WriteBuffers.TAKE, said);
        int count = taken.orElse(0);
        owed -= count;
        if (count >= BUSY) {
            pauses = PAUSES;
            if (!enlarged) {
                enlarged = true;
                PipeSize.grow(fd, WriteBuffers.TAKE);
                backlog.enlarge(buffers.head);
            }
        }
        return taken;
    }

    private Optional<Integer> takeTerminal(Backlog backlog, WriteBuffers buffers) throws ErrnoException {
        try {
            return backlog.takeRead(fd, buffers.raw);
        } catch (ErrnoException e) {
            // the other end of a terminal was closed by the last process that had it
            if (e.errno() == Errno.EIO) {
                return Optional.of(0);
            }
            throw e;
        }
    }

    /// Of a writer that has just filled its pipe more is to come at once: waiting for that costs less than to be told
    /// of it by another thread. Returns false when it has been waited for long enough.
    boolean pauseForMore() {
        if (pauses == 0) {
            return false;
        }
        pauses--;
        LockSupport.parkNanos(PAUSE.toNanos());
        return true;
    }

    /// There is nothing more for now.
    synchronized void quiet() throws ErrnoException {
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

    synchronized void unwatch() {
        Readiness.Watch w = watch;
        if (w != null) {
            w.close();
        }
    }

    /// From now on the output counts as drained when what is there at this moment has been logged.
    void oweAvailable() throws ErrnoException {
        if (!ended) {
            owed = fd.available();
            told = true;
            ready = true;
        }
    }

    boolean settled() {
        return ended || !ready || owed <= 0;
    }
}
