package io.crij.linux;

import io.crij.linux.abi.Syscall;
import java.util.ArrayList;
import java.util.List;

/// eBPF programs of cgroup v2 (bpf(2)), such as the device filter.
public final class Bpf {
    /// `BPF_PROG_TYPE_CGROUP_DEVICE`.
    public static final int TYPE_CGROUP_DEVICE = 15;

    /// `BPF_CGROUP_DEVICE`.
    public static final int ATTACH_CGROUP_DEVICE = 6;

    /// Other programs may be attached to the same cgroup and below it; all of them must agree.
    public static final int ALLOW_MULTI = 2;

    private static final int PROG_LOAD = 5;
    private static final int PROG_ATTACH = 8;
    private static final int PROG_DETACH = 9;
    private static final int PROG_GET_FD_BY_ID = 13;
    private static final int PROG_QUERY = 16;
    private static final int ATTRIBUTES = 72;
    private static final int LOG = 16 * 1024;
    private static final int INSTRUCTION = 8;

    private Bpf() {}

    /// Has the kernel check and load a program. What its verifier says of a bad one is in the exception.
    ///
    /// @param instructions 8 bytes each
    /// @param name for tools, up to 15 letters, digits, `_` and `.`
    public static Fd load(int type, byte[] instructions, String name) throws ErrnoException {
        try (Scratch memory = Scratch.take(instructions.length + LOG + 4096)) {
            long attributes = memory.zeroed(ATTRIBUTES);
            memory.putInt(attributes, type);
            memory.putInt(attributes + 4, instructions.length / INSTRUCTION);
            memory.putLong(attributes + 8, memory.bytes(instructions, 0, instructions.length));
            memory.putLong(attributes + 16, memory.string("Apache-2.0"));
            byte[] title = KernelString.encode(name);
            memory.copyIn(attributes + 48, title, 0, Math.min(title.length, 15));
            long result = Kernel.attempt(Syscall.BPF, PROG_LOAD, attributes, ATTRIBUTES, 0, 0);
            if (result >= 0) {
                return new Fd(result);
            }
            long log = memory.zeroed(LOG);
            memory.putInt(attributes + 24, 1);
            memory.putInt(attributes + 28, LOG);
            memory.putLong(attributes + 32, log);
            result = Kernel.attempt(Syscall.BPF, PROG_LOAD, attributes, ATTRIBUTES, 0, 0);
            String verdict = memory.stringAt(log, LOG).strip();
            return new Fd(Kernel.check(
                    result, Syscall.BPF, "load " + name + (verdict.isEmpty() ? "" : " (verifier: " + verdict + ")")));
        }
    }

    /// @param flags [#ALLOW_MULTI] or 0
    public static void attach(Fd cgroup, Fd program, int attachType, int flags) throws ErrnoException {
        changeAttached(PROG_ATTACH, cgroup, program, attachType, flags);
    }

    public static void detach(Fd cgroup, Fd program, int attachType) throws ErrnoException {
        changeAttached(PROG_DETACH, cgroup, program, attachType, 0);
    }

    private static void changeAttached(int command, Fd cgroup, Fd program, int attachType, int flags)
            throws ErrnoException {
        int target = cgroup.acquire();
        try (Scratch memory = Scratch.take()) {
            int source = program.acquire();
            try {
                long attributes = memory.zeroed(ATTRIBUTES);
                memory.putInt(attributes, target);
                memory.putInt(attributes + 4, source);
                memory.putInt(attributes + 8, attachType);
                memory.putInt(attributes + 12, flags);
                String what = (command == PROG_ATTACH ? "attach to cgroup " : "detach from cgroup ") + cgroup;
                Kernel.call(Syscall.BPF, what, command, attributes, ATTRIBUTES);
            } finally {
                program.release();
            }
        } finally {
            cgroup.release();
        }
    }

    /// Ids of the programs attached to a cgroup itself, at most 64.
    public static List<Integer> attached(Fd cgroup, int attachType) throws ErrnoException {
        int target = cgroup.acquire();
        try (Scratch memory = Scratch.take()) {
            int most = 64;
            long ids = memory.zeroed(4 * most);
            long attributes = memory.zeroed(ATTRIBUTES);
            memory.putInt(attributes, target);
            memory.putInt(attributes + 4, attachType);
            memory.putLong(attributes + 16, ids);
            memory.putInt(attributes + 24, most);
            Kernel.call(Syscall.BPF, "query cgroup " + cgroup, PROG_QUERY, attributes, ATTRIBUTES);
            List<Integer> found = new ArrayList<>();
            for (int i = 0; i < memory.intAt(attributes + 24); i++) {
                found.add(memory.intAt(ids + 4L * i));
            }
            return found;
        } finally {
            cgroup.release();
        }
    }

    /// Opens a loaded program; fails with `ENOENT` when it is gone.
    public static Fd byId(int id) throws ErrnoException {
        try (Scratch memory = Scratch.take()) {
            long attributes = memory.zeroed(ATTRIBUTES);
            memory.putInt(attributes, id);
            return new Fd(Kernel.call(Syscall.BPF, "program " + id, PROG_GET_FD_BY_ID, attributes, ATTRIBUTES));
        }
    }
}
