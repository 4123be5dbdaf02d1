package io.crij.server.streaming;

import io.crij.linux.Epoll;
import io.crij.linux.Errno;
import io.crij.linux.ErrnoException;
import io.crij.linux.Fd;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// A non-blocking descriptor that virtual threads read and write as if it blocked. One reader and one writer at a time;
/// [#close] ends the waits of both.
final class PolledFd implements AutoCloseable {
    private final Fd fd;
    private final Runnable forget;
    private final Gate readable = new Gate(true);
    private final Gate writable = new Gate(false);
    private volatile boolean emptying;
    private volatile boolean closed;

    PolledFd(Fd fd, Runnable forget) {
        this.fd = fd;
        this.forget = forget;
    }

    /// Opened by a report, shut by the one who has waited: a report is never lost.
    private static final class Gate {
        private volatile boolean open;
        private volatile @Nullable Thread waiting;

        Gate(boolean open) {
            this.open = open;
        }

        void open() {
            open = true;
            LockSupport.unpark(waiting);
        }

        void await() throws InterruptedException {
            waiting = Thread.currentThread();
            while (!open) {
                LockSupport.park(this);
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
            }
            open = false;
        }
    }

    Fd fd() {
        return fd;
    }

    void report(int events) {
        if ((events & ~Epoll.OUT) != 0) {
            readable.open();
        }
        if ((events & ~(Epoll.IN | Epoll.RDHUP)) != 0) {
            writable.open();
        }
    }

    /// Waits until there may be something to read, so that nobody holds a buffer meanwhile. Then [#tryRead].
    void awaitReadable() throws InterruptedException {
        readable.await();
    }

    /// Waits for a report that there is room.
    void awaitWritable() throws InterruptedException {
        writable.await();
    }

    /// Empty when there is nothing yet, 0 at the end..
    Optional<Integer> tryRead(ByteBuffer target) throws ErrnoException {
        try {
            var got = fd.tryRead(target);
            if (got.isPresent() && got.get() > 0) {
                readable.open();
            }
            return got.isEmpty() && emptying ? Optional.of(0) : got;
        } catch (ErrnoException e) {
            // the last process that had a terminal's other end has closed it
            if (e.errno() == Errno.EIO) {
                return Optional.of(0);
            }
            throw e;
        }
    }

    /// From now on, nothing to read is the end.
    void endWhenEmpty() {
        emptying = true;
        readable.open();
    }

    /// Writes all of it.
    void write(ByteBuffer source) throws ErrnoException, InterruptedException {
        while (source.hasRemaining()) {
            if (fd.tryWrite(source) == 0) {
                writable.await();
            }
            if (closed) {
                throw new ErrnoException("write", Errno.EPIPE, fd + " (closed)");
            }
        }
    }

    /// Ends the watch; the descriptor goes on.
    void release() {
        synchronized (this) {
            closed = true;
        }
        forget.run();
    }

    @Override
    public void close() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
        }
        forget.run();
        fd.close();
        readable.open();
        writable.open();
    }
}
