package io.crij.oci.runtime;

import io.crij.oci.program.Arch;
import io.crij.oci.program.Call;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/// The system calls that a shim needs once it serves, as a classic BPF program; any other one kills it.
final class ShimFilter {
    private static final List<Call> ALLOWED = List.of(
            Call.PPOLL,
            Call.READ,
            Call.WAITID,
            Call.CLOCK_GETTIME,
            Call.PWRITE64,
            Call.WRITE,
            Call.CLOSE,
            Call.EXIT_GROUP);

    private static final int AUDIT_ARCH_X86_64 = 0xC000003E;
    private static final int AUDIT_ARCH_AARCH64 = 0xC00000B7;
    private static final int LOAD_WORD = 0x20;
    private static final int JUMP_EQUAL = 0x15;
    private static final int RETURN = 0x06;
    private static final int KILL_PROCESS = 0x80000000;
    private static final int ALLOW = 0x7FFF0000;
    private static final int ARCH_OFFSET = 4;

    private ShimFilter() {}

    static byte[] program(Arch arch) {
        int restart = arch == Arch.X86_64 ? 219 : 128;
        int calls = ALLOWED.size() + 1;
        ByteBuffer out = ByteBuffer.allocate(8 * (calls + 5)).order(ByteOrder.LITTLE_ENDIAN);
        instruction(out, LOAD_WORD, 0, 0, ARCH_OFFSET);
        instruction(out, JUMP_EQUAL, 0, calls + 1, arch == Arch.X86_64 ? AUDIT_ARCH_X86_64 : AUDIT_ARCH_AARCH64);
        instruction(out, LOAD_WORD, 0, 0, 0);
        int left = calls;
        for (Call call : ALLOWED) {
            instruction(out, JUMP_EQUAL, left, 0, call.number(arch));
            left--;
        }
        instruction(out, JUMP_EQUAL, left, 0, restart);
        instruction(out, RETURN, 0, 0, KILL_PROCESS);
        instruction(out, RETURN, 0, 0, ALLOW);
        return out.array();
    }

    private static void instruction(ByteBuffer out, int code, int ifTrue, int ifFalse, int value) {
        out.putShort((short) code).put((byte) ifTrue).put((byte) ifFalse).putInt(value);
    }
}
