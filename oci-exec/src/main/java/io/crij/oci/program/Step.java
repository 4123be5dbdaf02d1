package io.crij.oci.program;

import io.crij.oci.program.Operand.Register;

/// The call that was added last, to say more about it: `p.call(…).into(fd).tolerate(ENOENT)`.
public sealed interface Step permits Operation {
    /// Where the result goes, `-errno` when a tolerated failure.
    Step into(Register register);

    /// Error numbers that do not end the program.
    Step tolerate(int... errnos);

    default Step tolerateAll() {
        return tolerate(Operation.ANY);
    }

    /// What its failure means, when it is more than that the step failed.
    Step failure(Failure failure);
}
