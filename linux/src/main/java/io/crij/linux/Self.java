package io.crij.linux;

import io.crij.linux.abi.Prctl;
import io.crij.linux.abi.Syscall;
import java.util.BitSet;

/// This process. Only what belongs to the whole process: credentials, namespaces, umask and current folder belong
/// to a thread or are the JVM's own, and are never changed here.
public final class Self {
    private Self() {}

    public static int pid() throws ErrnoException {
        return (int) Kernel.call(Syscall.GETPID, "self", 0, 0, 0);
    }

    /// Real user id.
    public static int uid() throws ErrnoException {
        return (int) Kernel.call(Syscall.GETUID, "self", 0, 0, 0);
    }

    public static int effectiveUid() throws ErrnoException {
        return (int) Kernel.call(Syscall.GETEUID, "self", 0, 0, 0);
    }

    public static int gid() throws ErrnoException {
        return (int) Kernel.call(Syscall.GETGID, "self", 0, 0, 0);
    }

    /// Whether orphans below this process become its children.
    public static void subreaper(boolean on) throws ErrnoException {
        Kernel.call(Syscall.PRCTL, "PR_SET_CHILD_SUBREAPER", Prctl.PR_SET_CHILD_SUBREAPER, on ? 1 : 0, 0);
    }

    public static boolean isSubreaper() throws ErrnoException {
        try (Scratch memory = Scratch.take()) {
            long value = memory.zeroed(8);
            Kernel.call(Syscall.PRCTL, "PR_GET_CHILD_SUBREAPER", Prctl.PR_GET_CHILD_SUBREAPER, value, 0);
            return memory.intAt(value) != 0;
        }
    }

    /// Whether users without privileges may trace this process and read its `/proc` files.
    public static void dumpable(boolean on) throws ErrnoException {
        Kernel.call(Syscall.PRCTL, "PR_SET_DUMPABLE", Prctl.PR_SET_DUMPABLE, on ? 1 : 0, 0);
    }

    /// Whether a capability is in the bounding set, so that a child could still get it.
    public static boolean bounding(Capability capability) throws ErrnoException {
        return Kernel.call(Syscall.PRCTL, capability, Prctl.PR_CAPBSET_READ, capability.number(), 0) == 1;
    }

    /// Ends this process at once: nothing is flushed, no hook of the JVM's runs. The JVM's own way waits
    /// up to 0.3 s for threads that are inside a system call.
    public static void end(int code) throws ErrnoException {
        Kernel.call(Syscall.EXIT_GROUP, "self", code, 0, 0);
    }

    /// The processors that the calling thread may run on.
    public static BitSet processors() throws ErrnoException {
        try (Scratch memory = Scratch.take()) {
            long mask = memory.zeroed(1024);
            long size = Kernel.call(Syscall.SCHED_GETAFFINITY, "self", 0, 1024, mask);
            return BitSet.valueOf(memory.copyOut(mask, (int) size));
        }
    }
}
