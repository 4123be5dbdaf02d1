package io.crij.oci.runtime;

import io.crij.oci.cgroup.CgroupPlan;
import io.crij.oci.program.Arch;
import io.crij.oci.program.Call;
import io.crij.oci.program.Label;
import io.crij.oci.program.Operand;
import io.crij.oci.program.Operand.Register;
import io.crij.oci.program.Program;
import io.crij.oci.program.ProgramBuilder;
import io.crij.oci.spec.Namespace.Type;
import io.crij.oci.spec.Process;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Compiles the program that creates a container: here the shim's half, in [ContainerHalf] the one that becomes the
/// container's process. The order of the steps is what keeps it safe; each class of a concern says why.
final class CreateProgram {
    private final Setup setup;
    private final ProgramBuilder p;
    private final Steps steps;
    private final Slots slots;
    private final ShimSlots shim;
    private final HookPipes hooks;
    private final Shape shape;
    private final Host host;
    private final Namespaces namespaces;
    private final CgroupSteps cgroups;
    private final ShimSteps shimSteps;
    private final Optional<NetDevices> netDevices;
    private final int programSlot;
    private final int procSlot;

    /// Reserves every descriptor of the program, so that its process can be started with them before [#compile].
    ///
    /// @param programSlot number of the program's own descriptor
    /// @param network number of a network namespace to use instead of a new one
    CreateProgram(
            CreateRequest request,
            Slots slots,
            int programSlot,
            ShimSlots shim,
            HookPipes hooks,
            IdMaps maps,
            Optional<Integer> network,
            Shape shape,
            Host host) {
        this.programSlot = programSlot;
        this.hooks = hooks;
        this.slots = slots;
        this.shim = shim;
        this.shape = shape;
        this.host = host;
        p = new ProgramBuilder(Arch.host(), slots.report());
        setup = new Setup(request, p, slots, maps, host);
        steps = setup.steps;
        namespaces = new Namespaces(setup, network);
        cgroups = new CgroupSteps(steps);
        shimSteps = new ShimSteps(steps, slots);
        netDevices = host.netDevices().isEmpty()
                ? Optional.empty()
                : Optional.of(new NetDevices(setup, shimSteps, host.netDevices()));
        procSlot = setup.creates(Type.USER) ? slots.reserve() : Descriptors.NONE;
    }

    /// @param plan of the container's cgroups
    Program compile(CgroupPlan plan) throws OciException {
        Label child = p.label("child");
        shimSteps.begin(programSlot);
        cgroups.make(plan.birth());
        Optional<Register> cgroup = plan.folders().v2().map(cgroups::open);
        giveStreams();
        var prepared = new Preparation(setup);
        if (setup.userNamespace() && !(setup.request.rootfs() instanceof Rootfs.Pause)) {
            prepared.forUserNamespace();
        }
        namespaces.open();
        netDevices.ifPresent(NetDevices::open);
        namespaces.cloneChild(cgroup, child, shimSteps);
        // while the child mounts
        cgroups.make(plan.steps());
        if (setup.creates(Type.USER)) {
            Register proc = p.register("procOfChild");
            shimSteps.awaitChild(namespaces.pidfd);
            p.move(proc, Operand.of(procSlot, "procOfChild"));
            namespaces.mapUsers(proc);
            steps.close(proc);
        }
        shimSteps.raise(slots.toChild(), "toChild");
        netDevices.ifPresent(devices -> devices.move(namespaces.pidfd));
        serve();

        p.place(child);
        new ContainerHalf(
                        setup, host, plan, shimSteps, namespaces, cgroups, shim, hooks, prepared, procSlot, netDevices)
                .run();
        return p.build();
    }

    private void giveStreams() {
        @Nullable Process process = setup.spec.process();
        if (process != null) {
            long uid = HostIds.of(process.user().uid(), setup.linux.uidMappings());
            new Streams(p).giveTo(uid, setup.request.stdio());
        }
    }

    private void serve() {
        shimSteps.awaitChild(namespaces.pidfd);
        shimSteps.keepOwnDescriptors(namespaces.pidfd, shim.pidfd());
        shimSteps.awaitAcknowledgement(shim.control(), shim.pidfd());
        switch (shape) {
            case DETACHED -> p.call("end", Call.EXIT_GROUP, Abi.ZERO);
            case MONITORED -> {
                shimSteps.dropPrivileges();
                shimSteps.serve(shim.control(), shim.pidfd(), shim.stdin(), shim.exit(), shim.exitFile());
            }
        }
    }
}
