package io.crij.oci.runtime;

import static io.crij.linux.abi.FileFlags.O_DIRECTORY;
import static io.crij.linux.abi.FileFlags.O_PATH;
import static io.crij.linux.abi.Prctl.PR_SET_DUMPABLE;
import static io.crij.linux.abi.Prctl.PR_SET_PDEATHSIG;

import io.crij.linux.abi.CloneFlags;
import io.crij.oci.program.Arch;
import io.crij.oci.program.Call;
import io.crij.oci.program.Label;
import io.crij.oci.program.Operand;
import io.crij.oci.program.Operand.Register;
import io.crij.oci.program.Program;
import io.crij.oci.program.ProgramBuilder;
import io.crij.oci.seccomp.SeccompFilter;
import io.crij.oci.spec.Linux;
import io.crij.oci.spec.Namespace.Type;
import io.crij.oci.spec.Process;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Compiles the program of an exec.
final class ExecProgram {
    private final ExecPlan plan;
    private final Process process;
    private final Stdio stdio;
    private final Shape shape;
    private final Slots slots;
    private final ShimSlots shim;
    private final Privileges privileges;
    private final Labels labels;
    private final ProgramBuilder p;
    private final Steps steps;
    private final ShimSteps shimSteps;

    /// What is known of the container.
    ///
    /// @param namespaces that it does not share with the runtime
    /// @param birth version 2 group that the process is cloned into
    /// @param cgroups version 1 groups to join
    /// @param seccomp filter of the container
    record ExecPlan(
            List<Type> namespaces,
            Optional<Path> birth,
            List<Path> cgroups,
            Linux linux,
            Optional<SeccompFilter> seccomp) {}

    ExecProgram(
            ExecPlan plan,
            Process process,
            Stdio stdio,
            Shape shape,
            Slots slots,
            ShimSlots shim,
            Privileges privileges,
            Labels labels) {
        this.plan = plan;
        this.process = process;
        this.stdio = stdio;
        this.shape = shape;
        this.slots = slots;
        this.shim = shim;
        this.privileges = privileges;
        this.labels = labels;
        p = new ProgramBuilder(Arch.host(), slots.report());
        steps = new Steps(p);
        shimSteps = new ShimSteps(steps, slots);
    }

    /// @param targetSlot number of the pidfd of the container's first process
    Program compile(int programSlot, int targetSlot) throws OciException {
        Label child = p.label("child");
        Register pid = p.register("pid");
        Register pidfd = p.register("pidfd");
        shimSteps.begin(programSlot);
        if (entersFirst()) {
            Operand user = Abi.flags(CloneFlags.CLONE_NEWUSER, "NEWUSER");
            p.call("join the container's user namespace", Call.SETNS, Operand.of(targetSlot, "container"), user);
            ShimSteps.becomeRoot(p);
        }
        new Streams(p).giveTo(HostIds.of(process.user().uid(), plan.linux().uidMappings()), stdio);
        if (plan.namespaces().contains(Type.PID)) {
            p.call(
                    "join the container's pid namespace with the child",
                    Call.SETNS,
                    Operand.of(targetSlot, "container"),
                    Abi.flags(CloneFlags.CLONE_NEWPID, "NEWPID"));
        }
        // the child inherits it, and may be born in its cgroup
        Process.@Nullable CpuAffinity affinity = process.execCPUAffinity();
        if (affinity != null && affinity.initial() != null) {
            ProcessSettings.affinity(p, "initial", affinity.initial());
        }
        clone(child, pid, pidfd);
        if (affinity != null && affinity.initial() != null) {
            ProcessSettings.everywhere(p);
        }
        shimSteps.tellPid(pid);
        shimSteps.awaitChild(pidfd);
        shimSteps.keepOwnDescriptors(pidfd, shim.pidfd());
        shimSteps.finish(shape, shim, privileges.ordinary());

        p.place(child);
        child(targetSlot);
        return p.build();
    }

    /// Whether the shim goes into the user namespace too: an ordinary user can do the rest only there.
    private boolean entersFirst() {
        return privileges.ordinary() && plan.namespaces().contains(Type.USER);
    }

    private void clone(Label child, Register pid, Register pidfd) {
        long flags = CloneFlags.CLONE_PIDFD | CloneFlags.CLONE_FILES;
        Optional<Register> cgroup = plan.birth().map(new CgroupSteps(steps)::open);
        new CloneChild(p).emit("clone the process", flags, "{}", cgroup, child, pid, pidfd);
    }

    private void child(int targetSlot) throws OciException {
        steps.prctl("end when the shim ends", PR_SET_PDEATHSIG, Operand.of(Abi.SIGKILL, "SIGKILL"));
        if (!privileges.ordinary()) {
            // the user would be kept from it too
            steps.prctl("keep the container from tracing this process", PR_SET_DUMPABLE, Abi.ZERO);
        }
        p.call("lead a session", Call.SETSID);
        var settings = new ProcessSettings(steps, process, privileges);
        settings.outOfMemoryScore();
        var labelSteps = new LabelSteps(steps, process, labels);
        labelSteps.open();
        new CgroupSteps(steps).join(plan.cgroups());
        Process.@Nullable CpuAffinity affinity = process.execCPUAffinity();
        if (affinity != null) {
            ProcessSettings.affinity(p, "final", affinity.finalCpus());
        }
        join(targetSlot);
        settings.sessionKeyring("exec");
        console();
        var last = new LastPart(steps, slots, shimSteps, process, privileges, plan.seccomp());
        labelSteps.set();
        last.become(plan.linux());
        last.execute();
    }

    private void join(int targetSlot) {
        long flags = 0;
        StringBuilder names = new StringBuilder();
        for (Type type : plan.namespaces()) {
            if (type != Type.PID && !(type == Type.USER && entersFirst())) {
                flags |= type.cloneFlag();
                names.append(names.isEmpty() ? "" : "|").append(type);
            }
        }
        if (flags != 0) {
            Operand container = Operand.of(targetSlot, "container");
            p.call("join the container's namespaces", Call.SETNS, container, Abi.flags(flags, names.toString()));
        }
        if (plan.namespaces().contains(Type.USER) && !entersFirst()) {
            ShimSteps.becomeRoot(p);
        }
    }

    private void console() {
        if (!process.terminal()) {
            return;
        }
        Register root = p.register("root");
        Register pts = p.register("pts");
        var console = new Console(steps, process);
        steps.open("open the container's root", Abi.CWD, "/", O_PATH | O_DIRECTORY, root);
        console.openFolder(root, pts);
        console.open(pts, shim.console());
        console.take();
    }
}
