package io.crij.oci.runtime;

import static io.crij.linux.abi.FileFlags.O_CLOEXEC;
import static io.crij.linux.abi.MountFlags.MS_PRIVATE;
import static io.crij.linux.abi.MountFlags.MS_REC;
import static io.crij.linux.abi.Prctl.PR_SET_PDEATHSIG;

import io.crij.linux.abi.CloneFlags;
import io.crij.oci.program.Call;
import io.crij.oci.program.Condition;
import io.crij.oci.program.Label;
import io.crij.oci.program.Operand;
import io.crij.oci.program.Operand.Constant;
import io.crij.oci.program.Operand.Register;
import io.crij.oci.program.ProgramBuilder;
import io.crij.oci.runtime.OciException.Unsupported;
import java.util.Optional;

/// A step that needs mounts which nobody else may see: a child makes them in a mount namespace of its own, which goes
/// with it. What it leaves is one descriptor; the table of descriptors is shared.
final class OtherMounts {
    private static final int P_PIDFD = 3;
    private static final int WEXITED = 4;
    private static final int STATUS_OF_SIGINFO = 24;

    private final Setup setup;

    OtherMounts(Setup setup) {
        this.setup = setup;
    }

    /// What the child does.
    interface Action {
        /// Leaves a descriptor in the register that [#run] was called with.
        void run() throws Unsupported;
    }

    void run(Register result, Action action) throws Unsupported {
        var p = setup.p;
        var steps = setup.steps;
        Label child = p.label("otherMounts");
        Label wait = p.label("otherMountsAreMade");
        Label good = p.label("otherMountsAreGood");
        Register pid = p.register("other");
        Register pidfd = p.register("otherPidfd");
        int slot = setup.freeNumber();
        long flags = CloneFlags.CLONE_PIDFD | CloneFlags.CLONE_FILES | CloneFlags.CLONE_NEWNS;
        new CloneChild(p).emit("make mounts aside", flags, "{NEWNS}", Optional.empty(), child, pid, pidfd);
        p.jump(wait);

        p.place(child);
        steps.prctl("end when the shim ends", PR_SET_PDEATHSIG, Operand.of(Abi.SIGKILL, "SIGKILL"));
        Operand nothing = p.text("");
        Operand all = Abi.flags(MS_REC | MS_PRIVATE, "MS_REC|MS_PRIVATE");
        p.call("stop mounts from showing on the host", Call.MOUNT, nothing, p.text("/"), nothing, all, Abi.ZERO);
        action.run();
        p.call("hand it to the shim", Call.DUP3, result, Operand.of(slot, "made"), Abi.openFlags(O_CLOEXEC));
        steps.close(result);
        p.call("end", Call.EXIT_GROUP, Abi.ZERO);

        p.place(wait);
        Constant info = p.space(128, "siginfo");
        p.call(
                "wait for the mounts",
                Call.WAITID,
                Operand.of(P_PIDFD, "P_PIDFD"),
                pidfd,
                info,
                Operand.of(WEXITED, "WEXITED"),
                Abi.ZERO);
        steps.close(pidfd);
        p.load(result, ProgramBuilder.offset(info, STATUS_OF_SIGINFO), 4);
        p.branch(result, Condition.EQUAL, Abi.ZERO, good);
        // it has reported why
        p.call("end", Call.EXIT_GROUP, Abi.ONE);
        p.place(good);
        p.move(result, Operand.of(slot, "made"));
    }
}
