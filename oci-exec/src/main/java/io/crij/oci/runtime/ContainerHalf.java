package io.crij.oci.runtime;

import static io.crij.linux.abi.FileFlags.O_CLOEXEC;
import static io.crij.linux.abi.FileFlags.O_DIRECTORY;
import static io.crij.linux.abi.FileFlags.O_PATH;
import static io.crij.linux.abi.Prctl.PR_SET_DUMPABLE;
import static io.crij.linux.abi.Prctl.PR_SET_PDEATHSIG;

import io.crij.oci.cgroup.CgroupPlan;
import io.crij.oci.program.Call;
import io.crij.oci.program.Operand;
import io.crij.oci.program.Operand.Register;
import io.crij.oci.program.ProgramBuilder;
import io.crij.oci.runtime.OciException.Unsupported;
import io.crij.oci.spec.Namespace.Type;
import io.crij.oci.spec.Process;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The half of a program that becomes the container's first process.
final class ContainerHalf {
    private final Setup setup;
    private final ProgramBuilder p;
    private final Steps steps;
    private final Host host;
    private final CgroupPlan plan;
    private final BothHalves both;
    private final ShimSteps shimSteps;
    private final Namespaces namespaces;
    private final Optional<NetDevices> netDevices;
    private final Preparation prepared;
    private boolean inCgroup;

    /// @param prepared what the shim's half has opened for this one
    ContainerHalf(BothHalves both, CgroupPlan plan, Preparation prepared) {
        this.both = both;
        this.plan = plan;
        this.prepared = prepared;
        setup = both.setup();
        p = setup.p;
        steps = setup.steps;
        host = setup.host;
        shimSteps = both.shim();
        namespaces = both.namespaces();
        netDevices = both.netDevices();
    }

    void run() throws OciException {
        steps.prctl("end when the shim ends", PR_SET_PDEATHSIG, Operand.of(Abi.SIGKILL, "SIGKILL"));
        if (!host.privileges().ordinary()) {
            // the user would be kept from it too, and could not start it
            steps.prctl("keep the container from tracing this process", PR_SET_DUMPABLE, Abi.ZERO);
        }
        p.call("lead a session", Call.SETSID);
        Process process = Optional.ofNullable(setup.spec.process()).orElse(Process.EMPTY);
        var settings = new ProcessSettings(steps, process, host.privileges());
        settings.outOfMemoryScore();
        var labels = new LabelSteps(steps, process, host.labels());
        labels.open();
        becomeRootOfUserNamespace();
        netDevices.ifPresent(devices -> devices.showNamespace(namespaces.joined(Type.NETWORK)));
        namespaces.join();
        namespaces.loopbackUp();
        if (netDevices.isPresent()) {
            // takes the shim's first event, so that the next one is about the devices
            enterCgroup();
            netDevices.get().receive();
        }
        if (setup.request.rootfs() instanceof Rootfs.Pause) {
            pause();
            return;
        }
        if (setup.request.habits().newKeyring()) {
            settings.sessionKeyring(setup.request.id());
        }
        fileSystems(process);
        var last = new LastPart(steps, setup.slots, shimSteps, process, host.privileges(), host.seccomp());
        if (setup.request.detached()) {
            last.holdStart(setup.reserved.shim().go());
        }
        labels.set();
        last.become(setup.linux);
        last.awaitStart();
        last.execute(setup.spec.hooks().startContainer(), setup.reserved.hooks().startContainer);
    }

    private void pause() throws OciException {
        var pause = new PausePart(setup, shimSteps, host.privileges());
        enterCgroup();
        names();
        new Sysctls(setup).write();
        pause.enterEmptyRoot();
        pause.run(setup.slots);
    }

    private void becomeRootOfUserNamespace() {
        if (namespaces.bornInside()) {
            // the groups are the host's root's, as long as this is it
            enterCgroup();
            ShimSteps.becomeRoot(p);
            return;
        }
        if (!setup.creates(Type.USER)) {
            return;
        }
        Register proc = p.register("procOfSelf");
        steps.open("open the own folder of proc", Abi.CWD, "/proc/self", O_PATH | O_DIRECTORY, proc);
        p.call("show it to the shim", Call.DUP3, proc, Operand.of(both.procSlot()), Abi.openFlags(O_CLOEXEC));
        steps.close(proc);
        shimSteps.raise(setup.slots.toShim(), "toShim");
        enterCgroup();
        ShimSteps.becomeRoot(p);
    }

    /// Joins the cgroups, once they are there; only then a cgroup namespace begins at the container's own.
    private void enterCgroup() {
        if (inCgroup) {
            return;
        }
        inCgroup = true;
        shimSteps.awaitShim();
        both.cgroups().join(plan.folders().v1());
        namespaces.cgroupNamespace();
    }

    private void fileSystems(Process process) throws OciException {
        var root = new RootMount(setup);
        var targets = new Targets(setup);
        var mounts = new MountSteps(setup, targets, host.folders(), prepared.sources(), this::enterCgroup);
        var hidden = new HiddenPaths(setup);

        root.isolate();
        if (root.staysShared()) {
            prepared.keepShared();
            root.leaveHostsGroup();
        }
        if (!setup.userNamespace()) {
            root.make();
        }
        root.attach();
        mounts.all();
        new DevFolder(setup).complete(targets);
        targets.finish();
        console(process);
        mounts.finish();
        enterCgroup();
        names();
        new Sysctls(setup).write();
        hooks();
        hidden.readOnly();
        hidden.masked();
        root.enter();
    }

    /// The namespaces are there, the root is not entered yet: the runtime runs its hooks now, then the container its
    /// own, with paths of the host.
    private void hooks() {
        var configured = setup.spec.hooks();
        if (Creation.runtimeWaits(configured)) {
            shimSteps.tell(News.HOOKS, "HOOKS");
            p.call(
                    "wait for the runtime's hooks",
                    Call.READ,
                    Operand.of(setup.slots.go(), "go"),
                    p.space(8, "byte"),
                    Abi.ONE);
            new HookSteps(steps)
                    .run("createContainer", configured.createContainer(), setup.reserved.hooks().createContainer);
        }
    }

    private void console(Process process) throws Unsupported {
        if (!process.terminal()) {
            return;
        }
        if (!setup.ptsIsOurs) {
            throw new Unsupported(
                    "process.terminal needs a mount of type devpts at /dev/pts, the configuration has none");
        }
        var console = new Console(steps, process);
        console.open(setup.pts, setup.reserved.shim().console());
        if (setup.devIsOurs) {
            console.bindConsole(setup.dev);
        }
        console.take();
    }

    private void names() {
        name(setup.spec.hostname(), "host name", Call.SETHOSTNAME);
        name(setup.spec.domainname(), "domain name", Call.SETDOMAINNAME);
    }

    private void name(@Nullable String name, String what, Call call) {
        // without a namespace for it, it would be the host's name that changes
        if (name != null && !name.isEmpty() && setup.linux.namespace(Type.UTS).isPresent()) {
            int length = name.getBytes(StandardCharsets.UTF_8).length;
            p.call("set the " + what + " to " + name, call, p.text(name), Operand.of(length));
        }
    }
}
