package io.crij.server.streaming;

import io.crij.linux.Epoll;
import io.crij.linux.ErrnoException;
import io.crij.linux.EventFd;
import io.crij.linux.Fd;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/// Lets virtual threads wait for pipes, terminals and sockets of processes: one epoll, one platform thread that does
/// nothing but wake them.
public final class Poller implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Poller.class.getName());
    private static final int EVENTS = Epoll.IN | Epoll.OUT | Epoll.RDHUP | Epoll.EDGE;

    private final Epoll epoll = new Epoll();
    private final EventFd wake = new EventFd();
    private final AtomicLong tokens = new AtomicLong();
    private final Map<Long, PolledFd> polled = new ConcurrentHashMap<>();
    private final Thread thread;
    private volatile boolean closing;

    Poller() throws ErrnoException {
        epoll.add(wake.fd(), Epoll.IN, 0);
        thread = Thread.ofPlatform().name("stream-readiness").daemon().start(this::run);
    }

    /// Takes the descriptor over, also when this fails.
    PolledFd watch(Fd fd) throws ErrnoException {
        long token = tokens.incrementAndGet();
        var result = new PolledFd(fd, () -> forget(token, fd));
        polled.put(token, result);
        try {
            fd.nonBlocking(true);
            epoll.add(fd, EVENTS, token);
            return result;
        } catch (ErrnoException e) {
            polled.remove(token);
            fd.close();
            throw e;
        }
    }

    /// Waits until a connect that is under way has succeeded or failed. The socket stays the caller's.
    void awaitConnected(Fd socket) throws ErrnoException, InterruptedException {
        var watched = watch(socket);
        try {
            watched.awaitWritable();
        } finally {
            watched.release();
        }
    }

    private void forget(long token, Fd fd) {
        polled.remove(token);
        try {
            epoll.remove(fd);
        } catch (ErrnoException e) {
            LOG.log(System.Logger.Level.DEBUG, "ending the watch of " + fd + " failed", e);
        }
    }

    private void run() {
        while (!closing) {
            try {
                epoll.await(this::report);
            } catch (ErrnoException e) {
                LOG.log(System.Logger.Level.ERROR, "waiting for streams failed", e);
                return;
            }
        }
    }

    private void report(long token, int events) {
        var found = polled.get(token);
        if (found != null) {
            found.report(events);
        }
    }

    /// How many descriptors are watched.
    int size() {
        return polled.size();
    }

    @Override
    public void close() {
        closing = true;
        try {
            wake.raise();
            thread.join(Duration.ofSeconds(5));
        } catch (ErrnoException e) {
            LOG.log(System.Logger.Level.DEBUG, "waking the thread that waits for streams failed", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        epoll.close();
        wake.close();
    }
}
