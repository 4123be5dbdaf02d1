package io.crij.oci.runtime;

import io.crij.oci.cgroup.CgroupPlan;
import io.crij.oci.program.Arch;
import io.crij.oci.program.Label;
import io.crij.oci.program.Operand;
import io.crij.oci.program.Operand.Register;
import io.crij.oci.program.Program;
import io.crij.oci.program.ProgramBuilder;
import io.crij.oci.spec.Namespace;
import io.crij.oci.spec.Namespace.Type;
import io.crij.oci.spec.Process;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Compiles the program that creates a container: here the shim's half, in [ContainerHalf] the one that becomes the
/// container's process. The order of the steps is what keeps it safe; each class of a concern says why.
final class CreateProgram {
    private final ProgramBuilder p;
    private final Setup setup;
    private final ShimSteps shimSteps;
    private final BothHalves both;

    /// Reserves what is left to reserve, so that the program's process can begin before [#compile].
    CreateProgram(CreateRequest request, Reserved reserved, Host host) {
        p = new ProgramBuilder(Arch.host(), reserved.slots().report());
        setup = new Setup(request, p, reserved, host);
        shimSteps = new ShimSteps(setup.steps, reserved.slots());
        both = new BothHalves(
                setup,
                shimSteps,
                new Namespaces(setup),
                new CgroupSteps(setup.steps),
                host.netDevices().isEmpty()
                        ? Optional.empty()
                        : Optional.of(new NetDevices(setup, shimSteps, host.netDevices())),
                setup.creates(Type.USER) ? reserved.slots().reserve() : Descriptors.NONE);
    }

    /// @param plan of the container's cgroups
    Program compile(CgroupPlan plan) throws OciException {
        return compile(plan, Optional.empty());
    }

    /// @param user namespace that the shim goes into first, for a runtime that is an ordinary user's
    Program compile(CgroupPlan plan, Optional<Namespace> user) throws OciException {
        var namespaces = both.namespaces();
        Label child = p.label("child");
        shimSteps.begin(setup.reserved.program());
        int control = setup.reserved.shim().control();
        user.ifPresent(namespace -> shimSteps.enterUserNamespace(namespace.path(), control));
        both.cgroups().make(plan.birth());
        Optional<Register> cgroup = plan.folders().v2().map(both.cgroups()::open);
        giveStreams();
        var prepared = new Preparation(setup);
        if (setup.userNamespace() && !(setup.request.rootfs() instanceof Rootfs.Pause)) {
            prepared.forUserNamespace();
        }
        namespaces.open();
        both.netDevices().ifPresent(NetDevices::open);
        namespaces.cloneChild(cgroup, child, shimSteps);
        // while the child mounts
        both.cgroups().make(plan.steps());
        mapUsers();
        shimSteps.raise(setup.slots.toChild(), "toChild");
        both.netDevices().ifPresent(devices -> devices.move(namespaces.pidfd));
        serve();

        p.place(child);
        new ContainerHalf(both, plan, prepared).run();
        return p.build();
    }

    private void mapUsers() {
        if (setup.creates(Type.USER)) {
            Register proc = p.register("procOfChild");
            shimSteps.awaitChild(both.namespaces().pidfd);
            p.move(proc, Operand.of(both.procSlot(), "procOfChild"));
            both.namespaces().mapUsers(proc);
            setup.steps.close(proc);
        }
    }

    private void giveStreams() {
        @Nullable Process process = setup.spec.process();
        if (process != null) {
            long uid = HostIds.of(process.user().uid(), setup.linux.uidMappings());
            new Streams(p).giveTo(uid, setup.request.stdio());
        }
    }

    private void serve() {
        ShimSlots shim = setup.reserved.shim();
        Register pidfd = both.namespaces().pidfd;
        shimSteps.awaitChild(pidfd);
        shimSteps.keepOwnDescriptors(pidfd, shim.pidfd());
        shimSteps.finish(Shape.of(setup.request), shim, setup.privileges.ordinary());
    }
}
