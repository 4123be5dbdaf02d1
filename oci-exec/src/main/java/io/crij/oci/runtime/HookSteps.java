package io.crij.oci.runtime;

import io.crij.linux.abi.CloneFlags;
import io.crij.oci.program.Call;
import io.crij.oci.program.Condition;
import io.crij.oci.program.Failure;
import io.crij.oci.program.Label;
import io.crij.oci.program.Operand;
import io.crij.oci.program.Operand.Constant;
import io.crij.oci.program.Operand.Register;
import io.crij.oci.program.ProgramBuilder;
import io.crij.oci.spec.Hook;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Hooks that run in the container's namespaces: children of the container's process before it becomes the user's
/// program.
final class HookSteps {
    private static final int ETIMEDOUT = 110;
    private static final int ECHILD = 10;
    private static final int POLLIN = 1;
    private static final int P_PIDFD = 3;
    private static final int WEXITED = 4;
    private static final int CLD_EXITED = 1;

    private final Steps steps;
    private final ProgramBuilder p;
    private final Register pid;
    private final Register pidfd;
    private final Register result;

    HookSteps(Steps steps) {
        this.steps = steps;
        this.p = steps.p;
        pid = p.register("hook");
        pidfd = p.register("hookPidfd");
        result = p.register("hookResult");
    }

    /// @param slots where each hook's standard input is, which the runtime fills
    void run(String kind, List<Hook> hooks, List<Integer> slots) {
        for (int i = 0; i < hooks.size(); i++) {
            run(kind + " hook " + hooks.get(i).path(), hooks.get(i), slots.get(i), kind + i);
        }
    }

    private void run(String about, Hook hook, int stdin, String name) {
        Label child = p.label(name);
        Label wait = p.label(name + "Runs");
        Label ended = p.label(name + "HasEnded");
        Label good = p.label(name + "IsGood");
        Label bad = p.label(name + "IsBad");
        new CloneChild(p).emit("run the " + about, CloneFlags.CLONE_PIDFD, "{}", Optional.empty(), child, pid, pidfd);
        p.jump(wait);
        p.place(child);
        p.call("give the " + about + " the state", Call.DUP3, Operand.of(stdin), Abi.ZERO, Abi.ZERO);
        p.call("close everything else", Call.CLOSE_RANGE, Operand.of(3), Abi.flags(0xFFFF_FFFFL, "~0"), Abi.ZERO);
        p.call("set the usual umask", Call.UMASK, Abi.octal(0022));
        List<String> args = hook.args().isEmpty() ? List.of(hook.path()) : hook.args();
        p.call(
                        "execute the " + about,
                        Call.EXECVE,
                        p.text(hook.path()),
                        p.strings(args, "argv"),
                        p.strings(hook.env(), "envp"))
                .tolerateAll();
        p.call("end", Call.EXIT_GROUP, Operand.of(127));

        p.place(wait);
        Constant poll = p.struct("{hook}", 8, b -> b.putInt(-1).putShort((short) POLLIN));
        p.store(poll, pidfd, 4);
        @Nullable Integer timeout = hook.timeout();
        Operand limit = timeout == null ? Abi.ZERO : p.longs("{" + timeout + " s}", timeout, 0);
        p.call("wait for the " + about, Call.PPOLL, poll, Abi.ONE, limit, Abi.ZERO, Abi.ZERO)
                .into(result);
        p.branch(result, Condition.EQUAL, Abi.ONE, ended);
        p.call("end the " + about, Call.PIDFD_SEND_SIGNAL, pidfd, Operand.of(Abi.SIGKILL), Abi.ZERO, Abi.ZERO)
                .tolerateAll();
        p.fail("the " + about + " took longer than its timeout", Failure.HOOK, Operand.of(ETIMEDOUT, "ETIMEDOUT"));
        p.place(ended);
        Constant info = p.space(128, "siginfo");
        Operand kind = Operand.of(P_PIDFD, "P_PIDFD");
        p.call(
                "see how the " + about + " ended",
                Call.WAITID,
                kind,
                pidfd,
                info,
                Operand.of(WEXITED, "WEXITED"),
                Abi.ZERO);
        steps.close(pidfd);
        p.load(result, ProgramBuilder.offset(info, 8), 4);
        p.branch(result, Condition.DIFFERENT, Operand.of(CLD_EXITED, "CLD_EXITED"), bad);
        p.load(result, ProgramBuilder.offset(info, 24), 4);
        p.branch(result, Condition.EQUAL, Abi.ZERO, good);
        p.place(bad);
        p.fail("the " + about + " ended with an error", Failure.HOOK, Operand.of(ECHILD, "ECHILD"));
        p.place(good);
    }
}
