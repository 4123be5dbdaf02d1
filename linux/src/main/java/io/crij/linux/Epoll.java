package io.crij.linux;

import io.crij.linux.abi.Syscall;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;

/// Readiness of many descriptors (epoll(7)). Any thread may add, change and remove; one thread, a platform thread,
/// awaits. A descriptor is removed before it is closed: the kernel watches the open file, which a duplicate keeps
/// alive.
public final class Epoll implements AutoCloseable {
    public static final int IN = 1;
    public static final int PRI = 2;
    public static final int OUT = 4;
    public static final int ERR = 8;
    public static final int HUP = 16;
    public static final int RDHUP = 0x2000;
    public static final int EXCLUSIVE = 1 << 28;
    public static final int ONESHOT = 1 << 30;
    public static final int EDGE = 1 << 31;

    private static final int CLOEXEC = 0x80000;
    private static final int ADD = 1;
    private static final int DEL = 2;
    private static final int MOD = 3;
    // struct epoll_event is packed on x86-64 only
    private static final int DATA = System.getProperty("os.arch", "").equals("aarch64") ? 8 : 4;
    private static final int EVENT_SIZE = DATA + 8;
    private static final int BATCH = 128;

    private final Fd fd;
    private final ByteBuffer events;
    private final long address;

    public Epoll() throws ErrnoException {
        events = ByteBuffer.allocateDirect(BATCH * EVENT_SIZE).order(ByteOrder.nativeOrder());
        address = Kernel.address(events);
        fd = new Fd(Kernel.call(Syscall.EPOLL_CREATE1, "new epoll", CLOEXEC, 0, 0));
    }

    /// What [#await] calls for each ready descriptor.
    @FunctionalInterface
    public interface Ready {
        /// @param token the one given to [Epoll#add]
        /// @param events [Epoll#IN], [Epoll#HUP] …
        void ready(long token, int events);
    }

    public void add(Fd watched, int events, long token) throws ErrnoException {
        control(ADD, watched, events, token);
    }

    public void change(Fd watched, int events, long token) throws ErrnoException {
        control(MOD, watched, events, token);
    }

    public void remove(Fd watched) throws ErrnoException {
        control(DEL, watched, 0, 0);
    }

    /// Waits until a descriptor is ready, then reports all that are (at most 128).
    ///
    /// @param timeout zero or less: do not wait; it is rounded up to milliseconds
    /// @return how many were ready; 0 when the time was over or a signal came
    public int await(Duration timeout, Ready handler) throws ErrnoException {
        long millis = timeout.isPositive() ? (timeout.toNanos() + 999_999) / 1_000_000 : 0;
        return await((int) Math.min(millis, Integer.MAX_VALUE), handler);
    }

    /// Waits without limit until a descriptor is ready.
    public int await(Ready handler) throws ErrnoException {
        return await(-1, handler);
    }

    private int await(int millis, Ready handler) throws ErrnoException {
        long count = Kernel.attemptOn(Syscall.EPOLL_PWAIT, fd, address, BATCH, millis, 0);
        if (count == -Errno.EINTR) {
            return 0;
        }
        Kernel.check(count, Syscall.EPOLL_PWAIT, fd);
        for (int i = 0; i < count; i++) {
            handler.ready(events.getLong(i * EVENT_SIZE + DATA), events.getInt(i * EVENT_SIZE));
        }
        return (int) count;
    }

    private void control(int operation, Fd watched, int events, long token) throws ErrnoException {
        int number = watched.acquire();
        try (Scratch memory = Scratch.take()) {
            long event = memory.reserve(16);
            memory.putInt(event, events);
            memory.putLong(event + DATA, token);
            Kernel.on(Syscall.EPOLL_CTL, fd, watched, operation, number, event, 0);
        } finally {
            watched.release();
        }
    }

    @Override
    public void close() {
        fd.close();
    }
}
