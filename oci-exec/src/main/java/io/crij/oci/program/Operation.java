package io.crij.oci.program;

import io.crij.oci.program.Operand.Register;
import java.nio.ByteBuffer;
import java.util.Arrays;

/// One step of a program: 64 bytes, laid out as `struct operation` of `init.c`. It changes as long as its program is
/// being built only: a start makes hundreds of them, so there is one object for each.
final class Operation implements Step {
    static final int SIZE = 64;
    static final int ANY = 0xFFFF;
    private static final int TOLERATED = 8;
    private static final int OPERANDS = 16;
    private static final int MOST_TOLERATED = 4;
    private static final int MOST_OPERANDS = 6;
    private static final int[] NOTHING = {};

    private final Kind kind;
    private final int detail;
    private final Call call;
    private final Label target;
    private final Operand[] operands;
    private final Object about;
    private Register to;
    private int[] tolerated = NOTHING;
    private Failure failure;

    /// The ordinal is the number in `init.c`.
    enum Kind {
        CALL,
        MOVE,
        LOAD,
        STORE,
        BRANCH,
        FAIL
    }

    /// @param to where the result goes
    /// @param detail width in bytes of a load or store, ordinal of a condition
    /// @param about what the step is for; its text goes on after "Tried to"
    /// @param failure what its failure means
    Operation(
            Kind kind,
            Register to,
            int detail,
            Call call,
            Label target,
            Operand[] operands,
            Object about,
            Failure failure) {
        if (operands.length > MOST_OPERANDS) {
            throw new IllegalArgumentException(about + ": " + Arrays.toString(operands));
        }
        this.kind = kind;
        this.to = to;
        this.detail = detail;
        this.call = call;
        this.target = target;
        this.operands = operands;
        this.about = about;
        this.failure = failure;
    }

    @Override
    public Step into(Register register) {
        to = register;
        return this;
    }

    @Override
    public Step tolerate(int... errnos) {
        if (errnos.length > MOST_TOLERATED) {
            throw new IllegalArgumentException(about + ": " + Arrays.toString(errnos));
        }
        tolerated = errnos;
        return this;
    }

    @Override
    public Step failure(Failure meaning) {
        failure = meaning;
        return this;
    }

    Kind kind() {
        return kind;
    }

    Register to() {
        return to;
    }

    int detail() {
        return detail;
    }

    Call call() {
        return call;
    }

    Label target() {
        return target;
    }

    Operand[] operands() {
        return operands;
    }

    /// Error numbers that are results like others; [#ANY] for all.
    int[] tolerated() {
        return tolerated;
    }

    String about() {
        return about.toString();
    }

    Failure failure() {
        return failure;
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
