package io.crij.linux;

import io.crij.linux.abi.Syscall;

/// A limit of a process (prlimit(2)).
///
/// @param soft what counts; [#UNLIMITED] or a number
/// @param hard up to which the process may raise it
public record ResourceLimit(long soft, long hard) {
    public static final long UNLIMITED = -1;

    /// The kinds, in the order of their numbers (asm-generic/resource.h).
    public enum Kind {
        CPU,
        FSIZE,
        DATA,
        STACK,
        CORE,
        RSS,
        NPROC,
        NOFILE,
        MEMLOCK,
        AS,
        LOCKS,
        SIGPENDING,
        MSGQUEUE,
        NICE,
        RTPRIO,
        RTTIME
    }

    /// @param pid 0 for this process
    public static ResourceLimit of(int pid, Kind kind) throws ErrnoException {
        try (Scratch memory = Scratch.take()) {
            long old = memory.zeroed(16);
            Kernel.call(Syscall.PRLIMIT64, about(pid, kind), pid, kind.ordinal(), 0, old, 0);
            return new ResourceLimit(memory.longAt(old), memory.longAt(old + 8));
        }
    }

    /// Sets the limit of a process, 0 for this one. Raising `hard` needs CAP_SYS_RESOURCE.
    public void applyTo(int pid, Kind kind) throws ErrnoException {
        try (Scratch memory = Scratch.take()) {
            long limit = memory.reserve(16);
            memory.putLong(limit, soft);
            memory.putLong(limit + 8, hard);
            Kernel.call(Syscall.PRLIMIT64, about(pid, kind), pid, kind.ordinal(), limit, 0, 0);
        }
    }

    private static String about(int pid, Kind kind) {
        return "RLIMIT_" + kind + (pid == 0 ? "" : " of pid " + pid);
    }
}
