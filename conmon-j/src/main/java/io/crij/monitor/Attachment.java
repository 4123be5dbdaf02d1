package io.crij.monitor;

import io.crij.linux.ErrnoException;
import io.crij.linux.Fd;
import io.crij.linux.Pipe;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One who is attached to a container's output, each stream through a pipe of its own. Pipes do not grow: while one is
/// full the container's output waits, but no longer than [#PATIENCE] in all, a tenth of the time since being given
/// back;
/// then the client is cut off. Thread-safe; the lock is never held during something that blocks.
final class Attachment implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Attachment.class.getName());
    private static final long PATIENCE = Duration.ofSeconds(1).toNanos();
    private static final int REGAINED_IN = 10;
    private static final int CAPACITY = 1 << 20;

    private final Readiness readiness;
    private final Runnable pump;
    private final Map<LogStream, Branch> branches = new EnumMap<>(LogStream.class);
    private long heldSince;
    private long lastRelease;
    private long used;
    private int held;
    private boolean inputEnded;
    private boolean ended;
    private boolean tooSlow;

    /// What the one who waits is told.
    enum News {
        INPUT_ENDED,
        ENDED,
        TOO_SLOW
    }

    /// @param pump wakes the container's pump; must not block
    Attachment(Readiness readiness, Runnable pump) {
        this.readiness = readiness;
        this.pump = pump;
    }

    private static final class Branch {
        final Fd writer;

        @Nullable
        ByteBuffer rest;

        Readiness.@Nullable Watch watch;

        Branch(Fd writer) {
            this.writer = writer;
        }

        void close() {
            Readiness.Watch w = watch;
            if (w != null) {
                w.close();
            }
            writer.close();
        }
    }

    /// Before it is added to [Attachments].
    ///
    /// @return the end to read from, the caller's to close
    synchronized Fd follow(LogStream stream) throws ErrnoException {
        Pipe pipe = Pipe.open();
        branches.put(stream, new Branch(pipe.writer()));
        pipe.writer().nonBlocking(true);
        try {
            pipe.writer().pipeCapacity(CAPACITY);
        } catch (ErrnoException e) {
            LOG.log(System.Logger.Level.DEBUG, "the pipe of an attached client keeps its size: " + e.getMessage());
        }
        return pipe.reader();
    }

    synchronized boolean hasTaken(LogStream stream) {
        Branch branch = branches.get(stream);
        if (branch == null || branch.rest == null) {
            return true;
        }
        if (!write(stream, branch, branch.rest)) {
            return true;
        }
        if (branch.rest.hasRemaining()) {
            return !await(stream, branch);
        }
        branch.rest = null;
        release();
        return true;
    }

    synchronized void offer(LogStream stream, ByteBuffer bytes) {
        Branch branch = branches.get(stream);
        if (branch == null || !write(stream, branch, bytes) || !bytes.hasRemaining()) {
            return;
        }
        branch.rest = ByteBuffer.allocateDirect(bytes.remaining()).put(bytes).flip();
        hold();
        await(stream, branch);
    }

    /// False when nobody reads this stream any more.
    private boolean write(LogStream stream, Branch branch, ByteBuffer bytes) {
        try {
            while (bytes.hasRemaining() && branch.writer.tryWrite(bytes) > 0) {
                // a pipe may take it in parts
            }
            return true;
        } catch (ErrnoException e) {
            LOG.log(System.Logger.Level.DEBUG, "an attached client reads no more: " + e.getMessage());
            end(stream);
            return false;
        }
    }

    private boolean await(LogStream stream, Branch branch) {
        try {
            if (branch.watch == null) {
                branch.watch = readiness.watchRoom(branch.writer, pump);
            } else {
                branch.watch.rearm();
            }
            return true;
        } catch (ErrnoException e) {
            LOG.log(System.Logger.Level.WARNING, "an attached client is cut off: " + e.getMessage());
            end(stream);
            return false;
        }
    }

    private void hold() {
        if (held++ == 0) {
            heldSince = System.nanoTime();
            used = Math.max(0, used - (heldSince - lastRelease) / REGAINED_IN);
            notifyAll();
        }
    }

    private void release() {
        if (--held == 0) {
            lastRelease = System.nanoTime();
            used += lastRelease - heldSince;
        }
    }

    synchronized void end(LogStream stream) {
        Branch branch = branches.remove(stream);
        if (branch != null) {
            if (branch.rest != null) {
                release();
            }
            branch.close();
        }
    }

    synchronized void endInput() {
        inputEnded = true;
        notifyAll();
    }

    synchronized void end() {
        ended = true;
        notifyAll();
    }

    /// Waits for news; cuts this client off when it has held up the output for too long.
    synchronized News await() throws InterruptedException {
        while (true) {
            if (inputEnded) {
                inputEnded = false;
                return News.INPUT_ENDED;
            }
            if (ended || tooSlow) {
                return tooSlow ? News.TOO_SLOW : News.ENDED;
            }
            if (held == 0) {
                wait();
            } else {
                long left = PATIENCE - used - (System.nanoTime() - heldSince);
                if (left <= 0) {
                    tooSlow = true;
                    close();
                } else {
                    wait(left / 1_000_000, (int) (left % 1_000_000));
                }
            }
        }
    }

    /// What was not taken yet is dropped; the container goes on.
    @Override
    public void close() {
        synchronized (this) {
            for (LogStream stream : LogStream.values()) {
                end(stream);
            }
        }
        pump.run();
    }
}
