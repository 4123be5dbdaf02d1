package io.crij.oci.runtime;

import static io.crij.linux.abi.FileFlags.O_CLOEXEC;
import static io.crij.linux.abi.Prctl.PR_SET_PDEATHSIG;

import io.crij.linux.Errno;
import io.crij.oci.program.Call;
import io.crij.oci.program.Condition;
import io.crij.oci.program.Label;
import io.crij.oci.program.Operand;
import io.crij.oci.program.Operand.Constant;
import io.crij.oci.program.Operand.Register;
import io.crij.oci.program.ProgramBuilder;
import io.crij.oci.runtime.OciException.InvalidSpec;
import io.crij.oci.seccomp.SeccompFilter;
import io.crij.oci.spec.Hook;
import io.crij.oci.spec.Linux;
import io.crij.oci.spec.Process;
import java.util.List;
import java.util.Optional;

/// The last steps before the user's program, the same for a container's first process and for an exec: the process is
/// in its namespaces and sees its root.
final class LastPart {
    private static final int CLOSE_RANGE_UNSHARE = 2;
    private static final int CLOSE_RANGE_CLOEXEC = 4;
    private static final int SECCOMP_SET_MODE_FILTER = 1;

    private final Steps steps;
    private final ProgramBuilder p;
    private final Slots slots;
    private final ShimSteps shimSteps;
    private final Process process;
    private final Optional<SeccompFilter> seccomp;
    private final ProcessSettings settings;
    private final Identity identity;
    private final Command command;

    LastPart(
            Steps steps,
            Slots slots,
            ShimSteps shimSteps,
            Process process,
            Privileges privileges,
            Optional<SeccompFilter> seccomp) {
        this.steps = steps;
        this.p = steps.p;
        this.slots = slots;
        this.shimSteps = shimSteps;
        this.process = process;
        this.seccomp = seccomp;
        settings = new ProcessSettings(steps, process, privileges);
        identity = new Identity(steps, process, privileges.capabilities(), privileges.ordinary());
        command = new Command(steps, process);
        identity.warnings().forEach(privileges::warn);
    }

    /// @param linux for the settings of a container that an exec shares
    void become(Linux linux) throws InvalidSpec {
        command.makeFolder();
        settings.limits();
        settings.priorities(linux.personality(), linux.memoryPolicy());
        settings.umask();
        command.enterFolder();
        identity.noNewPrivileges();
        if (!process.noNewPrivileges() && !identity.canFilterLate()) {
            // needs CAP_SYS_ADMIN, which goes with the next steps
            filter();
        }
        identity.dropBounding();
        identity.changeUser();
        command.enterFolderAsUser();
        identity.setCapabilities(filtersAsAdministrator());
        if (!process.args().isEmpty()) {
            command.resolve();
        }
        ownDescriptors();
    }

    /// Without a shim nobody else keeps the pipe of the start open when the runtime goes.
    ///
    /// @param go the pipe's other end
    void holdStart(int go) {
        // the event that was there has been raised and taken
        p.call(
                "hold the other end of the start",
                Call.DUP3,
                Operand.of(go, "goWriter"),
                Operand.of(slots.toChild()),
                Abi.openFlags(O_CLOEXEC));
    }

    /// The table of descriptors was shared with the shim; from here on it is not, and holds nothing of the host's
    /// that a path such as `/proc/self/fd/7` could lead to (CVE-2024-21626).
    private void ownDescriptors() {
        int first = slots.report();
        int last = slots.firstOfShim() - 1;
        p.call(
                "close what the process does not keep",
                Call.CLOSE_RANGE,
                Operand.of(slots.firstOfShim()),
                Abi.flags(0xFFFF_FFFFL, "~0"),
                Abi.flags(CLOSE_RANGE_UNSHARE, "UNSHARE"));
        p.call(
                "let the rest end with the exec",
                Call.CLOSE_RANGE,
                Operand.of(first),
                Operand.of(last),
                Abi.flags(CLOSE_RANGE_CLOEXEC, "CLOEXEC"));
        // from here on the shim ends this process itself when it has to
        steps.prctl("live on without the shim", PR_SET_PDEATHSIG, Abi.ZERO);
        shimSteps.raise(slots.toShim(), "toShim");
    }

    /// Waits for the start. With neither shim nor runtime left there is nobody who could start it: it ends.
    void awaitStart() {
        Register got = p.register("started");
        Label start = p.label("start");
        Label again = p.label("awaitStart");
        shimSteps.tell(News.READY, "READY");
        p.place(again);
        p.call("wait for the start", Call.READ, Operand.of(slots.go(), "go"), p.space(8, "byte"), Abi.ONE)
                .into(got)
                .tolerate(Errno.EINTR);
        p.branch(got, Condition.EQUAL, Abi.ONE, start);
        p.branch(got, Condition.LESS, Abi.ZERO, again);
        p.call("end", Call.EXIT_GROUP, Abi.ONE);
        p.place(start);
    }

    /// @param hooks to run before, in the container
    /// @param stdins of the hooks
    void execute(List<Hook> hooks, List<Integer> stdins) {
        if (!hooks.isEmpty()) {
            new HookSteps(steps).run("startContainer", hooks, stdins);
        }
        execute();
    }

    void execute() {
        if (process.args().isEmpty()) {
            shimSteps.tell(News.NO_PROGRAM, "NO_PROGRAM");
            p.call("end", Call.EXIT_GROUP, Abi.ONE);
            return;
        }
        if (process.noNewPrivileges()) {
            // the very last: the profile need not allow any of the steps before
            filter();
        } else if (filtersAsAdministrator()) {
            // as late as can be: of our own steps the profile must allow this one capset only
            filter();
            identity.dropFilterCapability();
        }
        command.execute();
    }

    /// Without no_new_privs the kernel wants CAP_SYS_ADMIN for a filter.
    private boolean filtersAsAdministrator() {
        return seccomp.isPresent() && !process.noNewPrivileges() && identity.canFilterLate();
    }

    private void filter() {
        if (seccomp.isEmpty()) {
            return;
        }
        SeccompFilter filter = seccomp.get();
        Constant code = p.bytes(filter.program(), "filter");
        Constant program = p.struct(
                "{" + filter.length() + "}",
                16,
                b -> b.putShort((short) filter.length()).putLong(8, code.value()));
        Register result = p.register("listener");
        p.call(
                        "load the seccomp filter (linux.seccomp)",
                        Call.SECCOMP,
                        Operand.of(SECCOMP_SET_MODE_FILTER, "SET_MODE_FILTER"),
                        Abi.flags(filter.flags(), "0x" + Integer.toHexString(filter.flags())),
                        program)
                .into(result);
        if (filter.notifies()) {
            giveListener(result);
        }
    }

    /// The filter holds already: `write` is never one that asks (the compiler refuses that), and a `read` that asks
    /// waits for the agent, which has the descriptor by then.
    private void giveListener(Register listener) {
        Register got = p.register("agentAnswers");
        Label given = p.label("listenerIsGiven" + listener.index());
        shimSteps.tell(News.LISTENER, "LISTENER", listener);
        p.call("wait for the agent", Call.READ, Operand.of(slots.go(), "go"), p.space(8, "byte"), Abi.ONE)
                .into(got)
                .tolerateAll();
        p.branch(got, Condition.DIFFERENT, Abi.ZERO, given);
        p.call("end", Call.EXIT_GROUP, Abi.ONE);
        p.place(given);
    }
}
