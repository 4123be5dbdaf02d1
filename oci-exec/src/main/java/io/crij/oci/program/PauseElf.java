package io.crij.oci.program;

import io.crij.oci.program.Operand.Register;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// The pause process as an executable file: `init` with a program that is a part of the file, where the kernel (or
/// a sandbox's) maps it together with the code. It reaps what the pod's processes leave behind and ends on SIGTERM
/// or SIGINT.
public final class PauseElf {
    private static final int HEADER = 64;
    private static final int PROGRAM_HEADER = 56;
    private static final int PT_LOAD = 1;
    private static final int READ_WRITE = 6;
    private static final int PAGE = 4096;
    private static final int SIGINT = 2;
    private static final int SIGTERM = 15;
    private static final int SIGCHLD = 17;
    private static final int SIG_BLOCK = 0;
    private static final int WNOHANG = 1;
    private static final int EINTR = 4;
    private static final int ECHILD = 10;
    private static final int STDERR = 2;

    private PauseElf() {}

    /// For this machine's architecture.
    public static byte[] image() throws IOException {
        Arch arch = Arch.host();
        return join(Init.elf(arch), program(arch).image());
    }

    /// The headers move to the end of the file, where there is room for one more.
    private static byte[] join(byte[] elf, byte[] program) {
        ByteBuffer in = ByteBuffer.wrap(elf).order(ByteOrder.LITTLE_ENDIAN);
        int count = in.getShort(HEADER - 8);
        long headers = in.getLong(32);
        int at = aligned(elf.length);
        int table = aligned(at + program.length);
        ByteBuffer out =
                ByteBuffer.allocate(table + (count + 1) * PROGRAM_HEADER).order(ByteOrder.LITTLE_ENDIAN);
        out.put(elf).position(at).put(program);
        out.put(table, elf, (int) headers, count * PROGRAM_HEADER);
        int own = table + count * PROGRAM_HEADER;
        out.putInt(own, PT_LOAD).putInt(own + 4, READ_WRITE).putLong(own + 8, at);
        out.putLong(own + 16, ProgramBuilder.BASE).putLong(own + 24, ProgramBuilder.BASE);
        out.putLong(own + 32, program.length).putLong(own + 40, program.length).putLong(own + 48, PAGE);
        out.putLong(32, table).putShort(HEADER - 8, (short) (count + 1));
        // no sections: their table would be looked for in the wrong place by those who read it
        out.putLong(40, 0).putShort(HEADER - 4, (short) 0).putShort(HEADER - 2, (short) 0);
        return out.array();
    }

    private static int aligned(int size) {
        return (size + PAGE - 1) / PAGE * PAGE;
    }

    private static Program program(Arch arch) {
        var p = new ProgramBuilder(arch, STDERR);
        Register got = p.register("signal");
        Label wait = p.label("pause");
        Label reap = p.label("reap");
        Label end = p.label("end");
        Operand zero = Operand.of(0);
        Operand signals = p.longs("{CHLD, INT, TERM}", 1L << SIGCHLD - 1 | 1L << SIGINT - 1 | 1L << SIGTERM - 1);
        // a blocked signal waits even for the first process of a pid namespace, which the kernel shields from others
        p.call("hold signals back", Call.RT_SIGPROCMASK, Operand.of(SIG_BLOCK), signals, zero, Operand.of(8));
        p.place(wait);
        p.call("wait for a signal", Call.RT_SIGTIMEDWAIT, signals, zero, zero, Operand.of(8))
                .into(got)
                .tolerate(EINTR);
        p.branch(got, Condition.EQUAL, Operand.of(SIGTERM, "SIGTERM"), end);
        p.branch(got, Condition.EQUAL, Operand.of(SIGINT, "SIGINT"), end);
        p.place(reap);
        p.call("reap", Call.WAIT4, Operand.of(-1), zero, Operand.of(WNOHANG, "WNOHANG"), zero)
                .into(got)
                .tolerate(ECHILD);
        p.branch(zero, Condition.LESS, got, reap);
        p.jump(wait);
        p.place(end);
        p.call("end", Call.EXIT_GROUP, zero);
        return p.build();
    }
}
