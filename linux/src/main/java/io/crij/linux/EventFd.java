package io.crij.linux;

import io.crij.linux.abi.Syscall;

/// A counter that becomes readable when raised (eventfd(2)): wakes a thread out of [Epoll#await]. Never blocks.
public final class EventFd implements AutoCloseable {
    private static final int NONBLOCK_CLOEXEC = 0x800 | 0x80000;

    private final Fd fd;

    public EventFd() throws ErrnoException {
        fd = new Fd(Kernel.call(Syscall.EVENTFD2, "new eventfd", 0, NONBLOCK_CLOEXEC, 0));
    }

    /// For [Epoll#add]; stays ours.
    public Fd fd() {
        return fd;
    }

    public void raise() throws ErrnoException {
        try (Scratch memory = Scratch.take()) {
            long one = memory.reserve(8);
            memory.putLong(one, 1);
            long result = Kernel.attemptOn(Syscall.WRITE, fd, one, 8, 0, 0);
            if (result != -Errno.EAGAIN) {
                // EAGAIN: the counter is full, so it is raised
                Kernel.check(result, Syscall.WRITE, fd);
            }
        }
    }

    /// Sets the counter to zero and returns how often it was raised.
    public long drain() throws ErrnoException {
        try (Scratch memory = Scratch.take()) {
            long count = memory.zeroed(8);
            long result = Kernel.attemptOn(Syscall.READ, fd, count, 8, 0, 0);
            if (result == -Errno.EAGAIN) {
                return 0;
            }
            Kernel.check(result, Syscall.READ, fd);
            return memory.longAt(count);
        }
    }

    @Override
    public void close() {
        fd.close();
    }
}
