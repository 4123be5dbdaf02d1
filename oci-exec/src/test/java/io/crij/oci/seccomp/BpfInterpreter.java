package io.crij.oci.seccomp;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// Runs a classic BPF program as the kernel would (Documentation/networking/filter.rst), strict about what the kernel's
/// checker refuses: jumps out of the program, loads that are not aligned words of `struct seccomp_data`.
final class BpfInterpreter {
    private static final int DATA = 64;

    private final ByteBuffer program;

    BpfInterpreter(byte[] program) {
        this.program = ByteBuffer.wrap(program).order(ByteOrder.nativeOrder());
    }

    int run(int architecture, int number, long... arguments) {
        var data = ByteBuffer.allocate(DATA).order(ByteOrder.nativeOrder());
        data.putInt(number).putInt(architecture).putLong(0);
        for (long argument : arguments) {
            data.putLong(argument);
        }
        int accumulator = 0;
        for (int at = 0; ; at++) {
            int code = program.getShort(8 * at) & 0xffff;
            int yes = program.get(8 * at + 2) & 0xff;
            int no = program.get(8 * at + 3) & 0xff;
            int value = program.getInt(8 * at + 4);
            switch (code) {
                case 0x20 -> {
                    if (value % 4 != 0 || value < 0 || value >= DATA) {
                        throw new IllegalStateException("bad load at " + at + ": " + value);
                    }
                    accumulator = data.getInt(value);
                }
                case 0x54 -> accumulator &= value;
                case 0x05 -> at += value;
                case 0x15 -> at += accumulator == value ? yes : no;
                case 0x25 -> at += Integer.compareUnsigned(accumulator, value) > 0 ? yes : no;
                case 0x35 -> at += Integer.compareUnsigned(accumulator, value) >= 0 ? yes : no;
                case 0x06 -> {
                    return value;
                }
                default -> throw new IllegalStateException("unknown instruction " + code + " at " + at);
            }
        }
    }
}
