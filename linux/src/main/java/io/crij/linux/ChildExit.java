package io.crij.linux;

import io.crij.linux.abi.Syscall;
import java.util.Optional;

/// How a process ended.
///
/// @param code exit code, when it ended by itself
/// @param signal number of the signal that ended it, else 0
public record ChildExit(int pid, int code, int signal, boolean coreDumped) {
    private static final int P_ALL = 0;
    private static final int P_PID = 1;
    static final int P_PIDFD = 3;
    private static final int WNOHANG = 1;
    private static final int WEXITED = 4;
    private static final int WNOWAIT = 0x1000000;
    private static final int CLD_EXITED = 1;
    private static final int CLD_DUMPED = 3;

    /// Waits for a child of this process and reaps it. Fails with `ECHILD` when it is no child of ours or was
    /// reaped.
    public static ChildExit await(int pid) throws ErrnoException {
        return waitId(P_PID, pid, WEXITED).orElseThrow();
    }

    /// Reaps a child of this process if it has ended.
    public static Optional<ChildExit> poll(int pid) throws ErrnoException {
        return waitId(P_PID, pid, WEXITED | WNOHANG);
    }

    /// Which child has ended, without reaping it: for a subreaper. Children that the JVM itself started are among
    /// them: leave those.
    public static Optional<ChildExit> peekAny() throws ErrnoException {
        return waitId(P_ALL, 0, WEXITED | WNOHANG | WNOWAIT);
    }

    static Optional<ChildExit> waitId(int kind, int id, int options) throws ErrnoException {
        try (Scratch memory = Scratch.take()) {
            long info = memory.zeroed(128);
            long result = -Errno.EINTR;
            while (result == -Errno.EINTR) {
                result = Kernel.attempt(Syscall.WAITID, kind, id, info, options, 0);
            }
            Kernel.check(result, Syscall.WAITID, (kind == P_PIDFD ? "pidfd " : "pid ") + id);
            int pid = memory.intAt(info + 16);
            if (pid == 0) {
                return Optional.empty();
            }
            int how = memory.intAt(info + 8);
            int status = memory.intAt(info + 24);
            return Optional.of(
                    how == CLD_EXITED
                            ? new ChildExit(pid, status, 0, false)
                            : new ChildExit(pid, 0, status, how == CLD_DUMPED));
        }
    }

    static Optional<ChildExit> ofPidfd(int number, boolean block) throws ErrnoException {
        return waitId(P_PIDFD, number, block ? WEXITED : WEXITED | WNOHANG);
    }

    /// From a status as wait(2) gives it.
    public static ChildExit ofWaitStatus(int pid, int status) {
        int signal = status & 0x7F;
        return new ChildExit(pid, signal == 0 ? (status >> 8) & 0xFF : 0, signal, (status & 0x80) != 0);
    }

    /// One number as shells and container runtimes report it: the exit code, or 128 + signal.
    public int shellCode() {
        return signal == 0 ? code : 128 + signal;
    }
}
