package io.crij.oci.runtime;

import io.crij.linux.abi.CloneFlags;
import io.crij.oci.program.Call;
import io.crij.oci.program.Condition;
import io.crij.oci.program.Label;
import io.crij.oci.program.Operand;
import io.crij.oci.program.Operand.Constant;
import io.crij.oci.program.Operand.Register;
import io.crij.oci.program.ProgramBuilder;
import java.util.Optional;

/// clone3(2): the child goes on elsewhere in the program.
final class CloneChild {
    private static final int SIZE = 88;
    private static final int PIDFD = 8;
    private static final int SIGNAL = 32;
    private static final int CGROUP = 80;

    private final ProgramBuilder p;

    CloneChild(ProgramBuilder p) {
        this.p = p;
    }

    /// @param cgroup folder of the version 2 group that the child is born in
    /// @param pid of the child, in the parent
    void emit(
            String about,
            long flags,
            String text,
            Optional<Register> cgroup,
            Label child,
            Register pid,
            Register pidfd) {
        Constant number = p.space(8, "&pidfd");
        long all = cgroup.isPresent() ? flags | CloneFlags.CLONE_INTO_CGROUP : flags;
        // a sibling sends what its brother would, and clone3 wants nothing else to be said
        long signal = (flags & CloneFlags.CLONE_PARENT) == 0 ? Abi.SIGCHLD : 0;
        Constant arguments = p.struct(
                text,
                SIZE,
                b -> b.putLong(0, all).putLong(PIDFD, number.value()).putLong(SIGNAL, signal));
        cgroup.ifPresent(folder -> p.store(ProgramBuilder.offset(arguments, CGROUP), folder, 8));
        p.call(about, Call.CLONE3, arguments, Operand.of(SIZE)).into(pid);
        p.branch(pid, Condition.EQUAL, Abi.ZERO, child);
        p.load(pidfd, number, 4);
    }
}
