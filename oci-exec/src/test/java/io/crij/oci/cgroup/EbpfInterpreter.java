package io.crij.oci.cgroup;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// Runs the few eBPF instructions that a device filter has.
final class EbpfInterpreter {
    private final ByteBuffer program;

    EbpfInterpreter(byte[] program) {
        this.program = ByteBuffer.wrap(program).order(ByteOrder.nativeOrder());
    }

    /// @param context the words of `struct bpf_cgroup_dev_ctx`
    int run(int... context) {
        int[] registers = new int[11];
        for (int at = 0; ; at++) {
            int code = program.get(8 * at) & 0xff;
            int target = program.get(8 * at + 1) & 0xf;
            int source = program.get(8 * at + 1) >> 4 & 0xf;
            int offset = program.getShort(8 * at + 2);
            int value = program.getInt(8 * at + 4);
            switch (code) {
                case 0x61 -> registers[target] = context[offset / 4];
                case 0xbc -> registers[target] = registers[source];
                case 0xb4 -> registers[target] = value;
                case 0x54 -> registers[target] &= value;
                case 0x74 -> registers[target] >>>= value;
                case 0x56 -> at += registers[target] != value ? offset : 0;
                case 0x46 -> at += (registers[target] & value) != 0 ? offset : 0;
                case 0x05 -> at += offset;
                case 0x95 -> {
                    return registers[0];
                }
                default -> throw new IllegalStateException("unknown instruction " + code + " at " + at);
            }
        }
    }
}
