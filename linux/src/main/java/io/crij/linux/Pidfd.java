package io.crij.linux;

import io.crij.linux.abi.Syscall;
import java.util.Optional;

/// A process, held so that its pid cannot come to mean another one (pidfd_open(2)).
public final class Pidfd implements AutoCloseable {
    private static final int INFO_SIZE = 64;
    private static final long GET_INFO = (3L << 30) | ((long) INFO_SIZE << 16) | (0xFF << 8) | 11;
    private static final long INFO_EXIT = 8;

    private final int pid;
    private final Fd fd;

    /// Fails with `ESRCH` when there is no such process. For a child that was not reaped the pid is sure to be
    /// right; of a foreign process make sure afterwards, with something only it has, that it is the one meant.
    public Pidfd(int pid) throws ErrnoException {
        this.pid = pid;
        this.fd = new Fd(Kernel.call(Syscall.PIDFD_OPEN, "pid " + pid, pid, 0, 0));
    }

    public int pid() {
        return pid;
    }

    /// Becomes readable when the process ends; for [Epoll]. Stays ours.
    public Fd fd() {
        return fd;
    }

    /// Fails with `ESRCH` when the process has been reaped; a zombie takes every signal.
    public void send(Signal signal) throws ErrnoException {
        Kernel.on(Syscall.PIDFD_SEND_SIGNAL, fd, "pid " + pid + " with " + signal, signal.number(), 0, 0, 0);
    }

    /// Whether the process (as any of its threads) still runs; a zombie does not.
    public boolean alive() throws ErrnoException {
        try (var epoll = new Epoll()) {
            epoll.add(fd, Epoll.IN, 0);
            return epoll.await(java.time.Duration.ZERO, (token, events) -> {}) == 0;
        }
    }

    /// Waits for this child of ours and reaps it. Blocks: on a platform thread.
    public ChildExit await() throws ErrnoException {
        return waitFor(true).orElseThrow();
    }

    /// Reaps this child of ours if it has ended.
    public Optional<ChildExit> poll() throws ErrnoException {
        return waitFor(false);
    }

    private Optional<ChildExit> waitFor(boolean block) throws ErrnoException {
        int number = fd.acquire();
        try {
            return ChildExit.ofPidfd(number, block);
        } finally {
            fd.release();
        }
    }

    /// A duplicate of a descriptor of that process (pidfd_getfd(2)); needs the right to trace it.
    ///
    /// @param number in that process
    public Fd takeDescriptor(int number) throws ErrnoException {
        return new Fd(Kernel.on(Syscall.PIDFD_GETFD, fd, "fd " + number + " of pid " + pid, number, 0, 0, 0));
    }

    /// How the process ended although another process has reaped it (PIDFD_GET_INFO, kernel 6.15). Empty while it
    /// is not reaped, or when the kernel does not know.
    public Optional<ChildExit> exitAfterReaping() throws ErrnoException {
        try (Scratch memory = Scratch.take()) {
            long info = memory.zeroed(INFO_SIZE);
            memory.putLong(info, INFO_EXIT);
            long result = Kernel.attemptOn(Syscall.IOCTL, fd, GET_INFO, info, 0, 0);
            if (result < 0 || (memory.longAt(info) & INFO_EXIT) == 0) {
                return Optional.empty();
            }
            return Optional.of(ChildExit.ofWaitStatus(pid, memory.intAt(info + 60)));
        }
    }

    @Override
    public void close() {
        fd.close();
    }

    @Override
    public String toString() {
        return "pidfd of " + pid;
    }
}
