package io.crij.monitor;

import io.crij.linux.Epoll;
import io.crij.linux.ErrnoException;
import io.crij.linux.EventFd;
import io.crij.linux.Fd;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/// Tells when descriptors become readable or have room: one epoll, owned by one platform thread that does nothing else
/// but call
/// back. A callback must not block; it hands over to another thread.
final class Readiness implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Readiness.class.getName());
    private static final int READABLE = Epoll.IN | Epoll.ONESHOT;
    private static final int ROOM = Epoll.OUT | Epoll.ONESHOT;

    private final Epoll epoll = new Epoll();
    private final EventFd wake = new EventFd();
    private final AtomicLong tokens = new AtomicLong();
    private final Map<Long, Watch> watches = new ConcurrentHashMap<>();
    private final Thread thread;
    private volatile boolean closing;

    Readiness() throws ErrnoException {
        epoll.add(wake.fd(), Epoll.IN, 0);
        thread = Thread.ofPlatform().name("readiness").daemon().start(this::run);
    }

    /// A descriptor that is watched. Reports once; [#rearm] asks for one more report.
    final class Watch implements AutoCloseable {
        private final Fd fd;
        private final int events;
        private final long token;
        private final Runnable onReady;
        private boolean closed;

        private Watch(Fd fd, int events, long token, Runnable onReady) {
            this.fd = fd;
            this.events = events;
            this.token = token;
            this.onReady = onReady;
        }

        /// Reports again as soon as there is something to read (or room), an end or an error; at once if there is
        /// already.
        synchronized void rearm() throws ErrnoException {
            if (!closed) {
                epoll.change(fd, events, token);
            }
        }

        /// Ends the watch; to be called before the descriptor is closed.
        @Override
        public synchronized void close() {
            if (closed) {
                return;
            }
            closed = true;
            watches.remove(token);
            try {
                epoll.remove(fd);
            } catch (ErrnoException e) {
                LOG.log(System.Logger.Level.DEBUG, "ending the watch of " + fd + " failed", e);
            }
        }
    }

    /// Reports when there is something to read.
    Watch watch(Fd fd, Runnable onReady) throws ErrnoException {
        return watch(fd, READABLE, onReady);
    }

    /// Reports when something can be written.
    Watch watchRoom(Fd fd, Runnable onReady) throws ErrnoException {
        return watch(fd, ROOM, onReady);
    }

    private Watch watch(Fd fd, int events, Runnable onReady) throws ErrnoException {
        Watch watch = new Watch(fd, events, tokens.incrementAndGet(), onReady);
        watches.put(watch.token, watch);
        try {
            epoll.add(fd, events, watch.token);
            return watch;
        } catch (ErrnoException e) {
            watches.remove(watch.token);
            throw e;
        }
    }

    private void run() {
        while (!closing) {
            try {
                epoll.await(this::report);
            } catch (ErrnoException e) {
                LOG.log(System.Logger.Level.ERROR, "waiting for output of containers failed", e);
                return;
            }
        }
    }

    private void report(long token, int events) {
        Watch watch = watches.get(token);
        if (watch != null) {
            watch.onReady.run();
        }
    }

    @Override
    public void close() {
        closing = true;
        try {
            wake.raise();
            thread.join(Duration.ofSeconds(5));
        } catch (ErrnoException e) {
            LOG.log(System.Logger.Level.DEBUG, "waking the thread that waits for output failed", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        epoll.close();
        wake.close();
    }
}
