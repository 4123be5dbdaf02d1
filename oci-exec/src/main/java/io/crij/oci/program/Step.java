package io.crij.oci.program;

import io.crij.oci.program.Operand.Register;

/// The call that was added last, to say more about it: `p.call(…).into(fd).tolerate(ENOENT)`.
public final class Step {
    private final ProgramBuilder builder;
    private final int index;

    Step(ProgramBuilder builder, int index) {
        this.builder = builder;
        this.index = index;
    }

    /// Where the result goes, `-errno` when a tolerated failure.
    public Step into(Register register) {
        Operation o = builder.at(index);
        return set(new Operation(
                o.kind(),
                register,
                o.detail(),
                o.call(),
                o.target(),
                o.operands(),
                o.tolerated(),
                o.about(),
                o.failure()));
    }

    /// Error numbers that do not end the program.
    public Step tolerate(int... errnos) {
        Operation o = builder.at(index);
        return set(new Operation(
                o.kind(),
                o.to(),
                o.detail(),
                o.call(),
                o.target(),
                o.operands(),
                errnos.clone(),
                o.about(),
                o.failure()));
    }

    public Step tolerateAll() {
        return tolerate(Operation.ANY);
    }

    public Step failure(Failure failure) {
        Operation o = builder.at(index);
        return set(new Operation(
                o.kind(), o.to(), o.detail(), o.call(), o.target(), o.operands(), o.tolerated(), o.about(), failure));
    }

    private Step set(Operation operation) {
        builder.set(index, operation);
        return this;
    }
}
