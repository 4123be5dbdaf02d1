package io.crij.oci.program;

import io.crij.oci.program.Operand.Register;
import java.nio.ByteBuffer;
import java.util.Arrays;

/// One step of a program: 64 bytes, laid out as `struct operation` of `init.c`.
///
/// @param to where the result goes
/// @param detail width in bytes of a load or store, ordinal of a condition
/// @param tolerated error numbers that are results like others; [#ANY] for all
/// @param about what the step is for, in words that go on after "Tried to"
/// @param failure what its failure means
record Operation(
        Kind kind,
        Register to,
        int detail,
        Call call,
        Label target,
        Operand[] operands,
        int[] tolerated,
        String about,
        Failure failure) {
    static final int SIZE = 64;
    static final int ANY = 0xFFFF;
    private static final int TOLERATED = 8;
    private static final int OPERANDS = 16;
    private static final int MOST_TOLERATED = 4;
    private static final int MOST_OPERANDS = 6;

    /// The ordinal is the number in `init.c`.
    enum Kind {
        CALL,
        MOVE,
        LOAD,
        STORE,
        BRANCH,
        FAIL
    }

    Operation {
        if (operands.length > MOST_OPERANDS || tolerated.length > MOST_TOLERATED) {
            throw new IllegalArgumentException(
                    about + ": " + Arrays.toString(operands) + " " + Arrays.toString(tolerated));
        }
    }

    /// @param out zeroed, little-endian
    void encode(ByteBuffer out, int at, Arch arch) {
        long registers = 0;
        for (int i = 0; i < operands.length; i++) {
            if (operands[i] instanceof Register) {
                registers |= 1L << i;
            }
            out.putLong(at + OPERANDS + 8 * i, operands[i].encoded());
        }
        long number = switch (kind) {
            case CALL -> call.number(arch);
            case BRANCH -> target.index();
            case MOVE, LOAD, STORE, FAIL -> 0;
        };
        out.putLong(at, kind.ordinal() | (long) to.index() << 8 | registers << 16 | (long) detail << 24 | number << 32);
        for (int i = 0; i < tolerated.length; i++) {
            out.putShort(at + TOLERATED + 2 * i, (short) tolerated[i]);
        }
    }
}
