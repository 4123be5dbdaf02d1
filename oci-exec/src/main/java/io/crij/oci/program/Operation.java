package io.crij.oci.program;

import io.crij.oci.program.Operand.Constant;
import io.crij.oci.program.Operand.Register;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;

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
        List<Operand> operands,
        int[] tolerated,
        String about,
        Failure failure) {
    static final int SIZE = 64;
    static final int ANY = 0xFFFF;
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
        if (operands.size() > MOST_OPERANDS || tolerated.length > MOST_TOLERATED) {
            throw new IllegalArgumentException(about + ": " + operands + " " + Arrays.toString(tolerated));
        }
    }

    void encode(ByteBuffer out, Arch arch) {
        int from = 0;
        for (int i = 0; i < operands.size(); i++) {
            if (operands.get(i) instanceof Register) {
                from |= 1 << i;
            }
        }
        out.put((byte) kind.ordinal()).put((byte) to.index()).put((byte) from).put((byte) detail);
        out.putInt(
                switch (kind) {
                    case CALL -> call.number(arch);
                    case BRANCH -> target.index();
                    case MOVE, LOAD, STORE, FAIL -> 0;
                });
        for (int i = 0; i < MOST_TOLERATED; i++) {
            out.putShort((short) (i < tolerated.length ? tolerated[i] : 0));
        }
        for (int i = 0; i < MOST_OPERANDS; i++) {
            out.putLong(i < operands.size() ? value(operands.get(i)) : 0);
        }
    }

    private static long value(Operand operand) {
        return switch (operand) {
            case Constant(long value, String text) -> value;
            case Register(int index, String name) -> index;
        };
    }
}
