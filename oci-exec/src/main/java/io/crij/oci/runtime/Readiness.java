package io.crij.oci.runtime;

import io.crij.linux.Epoll;
import io.crij.linux.ErrnoException;
import io.crij.linux.Fd;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// Waits for descriptors without blocking an operating system's thread for each wait: one platform thread of its own
/// sits in epoll and wakes whoever waits, virtual threads too. What comes within the usual time of a start is waited
/// for directly: to be woken through another thread costs a tenth of a millisecond. That thread begins with the first
/// wait that takes longer: a command that ends has none, since the JVM gives a thread that is inside a system call
/// 0.3 s to return before it ends. Thread-safe.
final class Readiness {
    private static final Duration DIRECTLY = Duration.ofMillis(5);

    private @Nullable Epoll epoll;
    private final Map<Long, Waiter> waiters = new ConcurrentHashMap<>();
    private final AtomicLong tokens = new AtomicLong();

    private static final class Waiter {
        private final Thread thread = Thread.currentThread();
        private volatile boolean ready;
    }

    private synchronized Epoll epoll() throws ErrnoException {
        @Nullable Epoll begun = epoll;
        if (begun == null) {
            Epoll first = new Epoll();
            Thread.ofPlatform().daemon().name("oci-readiness").start(() -> loop(first));
            epoll = first;
            return first;
        }
        return begun;
    }

    private void loop(Epoll epoll) {
        while (true) {
            try {
                epoll.await((token, events) -> {
                    Waiter waiter = waiters.get(token);
                    if (waiter != null) {
                        waiter.ready = true;
                        LockSupport.unpark(waiter.thread);
                    }
                });
            } catch (ErrnoException e) {
                throw new IllegalStateException("epoll fails: nothing of this process can be waited for any more", e);
            }
        }
    }

    /// Waits until something can be read, or the other side has closed.
    ///
    /// @return false when the time was over before
    boolean await(Fd fd, Duration timeout) throws ErrnoException, InterruptedException {
        if (fd.awaitReadable(DIRECTLY)) {
            return true;
        }
        Epoll epoll = epoll();
        long token = tokens.incrementAndGet();
        var waiter = new Waiter();
        waiters.put(token, waiter);
        long deadline = System.nanoTime() + timeout.toNanos();
        try {
            epoll.add(fd, Epoll.IN | Epoll.ONESHOT, token);
            try {
                while (!waiter.ready) {
                    long left = deadline - System.nanoTime();
                    if (left <= 0) {
                        return false;
                    }
                    LockSupport.parkNanos(this, left);
                    if (Thread.interrupted()) {
                        throw new InterruptedException("interrupted while waiting for " + fd);
                    }
                }
                return true;
            } finally {
                epoll.remove(fd);
            }
        } finally {
            waiters.remove(token);
        }
    }
}
