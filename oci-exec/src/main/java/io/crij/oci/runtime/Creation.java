package io.crij.oci.runtime;

import io.crij.linux.At;
import io.crij.linux.Errno;
import io.crij.linux.ErrnoException;
import io.crij.linux.Fd;
import io.crij.linux.NetworkDevice;
import io.crij.linux.OverlayLayers;
import io.crij.linux.Pidfd;
import io.crij.oci.cgroup.Cgroup;
import io.crij.oci.cgroup.CgroupFolders;
import io.crij.oci.cgroup.CgroupPlan;
import io.crij.oci.cgroup.DeviceFilter;
import io.crij.oci.cgroup.Scope;
import io.crij.oci.program.Program;
import io.crij.oci.runtime.OciException.AlreadyExists;
import io.crij.oci.runtime.OciException.InvalidSpec;
import io.crij.oci.runtime.OciException.StepFailed;
import io.crij.oci.runtime.OciException.Unsupported;
import io.crij.oci.seccomp.SeccompFilter;
import io.crij.oci.spec.Hooks;
import io.crij.oci.spec.Linux;
import io.crij.oci.spec.Namespace;
import io.crij.oci.spec.Process;
import io.crij.oci.spec.Root;
import io.crij.oci.spec.Seccomp;
import io.crij.oci.spec.Spec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// One create, from the request to a process that waits for its start. Whatever fails on the way, or an interrupt,
/// undoes what was made.
final class Creation {
    private final Toolbox tools;
    /// As it was asked for.
    private final Spec given;

    /// As the program is made from.
    private final CreateRequest request;
    private final Spec spec;
    private final Path folder;

    /// @param root of all containers
    Creation(Toolbox tools, CreateRequest request, Path root) throws InvalidSpec {
        this.tools = tools;
        this.given = request.spec();
        this.request = tools.user().isPresent() ? request.with(OrdinaryUser.inside(given)) : request;
        this.spec = this.request.spec();
        if (!isId(request.id())) {
            throw new InvalidSpec("id", request.id(), "may have letters, digits and _ + . - only");
        }
        this.folder = root.resolve(request.id());
    }

    record Created(LiveContainer container, Shim shim) {}

    Created run() throws OciException, InterruptedException {
        tools.validator().validate(given).forEach(tools.privileges()::warn);
        if (tools.user().isPresent()) {
            OrdinaryUser.check(given);
        }
        checkHost();
        CgroupFolders folders = cgroups();
        if (folders.scope().isPresent()) {
            Scope.check(folders.scope().get());
        }
        Optional<SeccompFilter> seccomp = seccomp();
        List<NetworkDevice> netDevices = NetDevices.onHost(spec.linux());
        try (var undo = new Rollback()) {
            ContainerRecord record = begin(folders, seccomp, undo);
            var cgroup = new Cgroup(folders, tools.systemd());
            var slots = new Slots(
                    request.stdio().more().size(), spec.hooks().startContainer().size());
            var descriptors = open(slots, undo);
            Optional<Fd> network = spareNetwork(undo);
            Reserved reserved = reserve(slots, descriptors, network.map(slots::give), undo);
            var program = new CreateProgram(request, reserved, host(folders, seccomp, netDevices));
            // a group that was there before may have processes of others
            boolean shared = folders.container().stream().limit(1).anyMatch(Files::exists);
            undo.add("remove the scope of " + request.id(), cgroup::end);
            undo.add("remove the cgroups of " + request.id(), shared ? cgroup::delete : cgroup::killAndDelete);
            var agent = SeccompAgent.of(seccomp, SeccompAgent.ofFirst(record));
            Launch launch = launch(reserved, descriptors, agent, undo);
            var scope =
                    new ScopeStart(cgroup, launch, request.id(), spec.linux().resources());
            undo.add("await the scope of " + request.id(), scope::settle);
            CgroupPlan plan = CgroupPlan.of(folders, spec.linux().resources());
            Program compiled = program.compile(plan, tools.user().map(_ -> OrdinaryUser.namespace(given)));
            scope.await();
            launch.run(compiled);
            mapIds(launch, descriptors);
            descriptors.close();
            network.ifPresent(Fd::close);
            awaitReady(launch, reserved.hooks(), descriptors.go);
            attachDeviceFilter(plan);
            return finish(record, launch, descriptors, cgroup, slots, undo);
        } catch (ErrnoException e) {
            throw new StepFailed("cannot create container " + request.id() + ": " + e.getMessage(), e.errno(), e);
        }
    }

    private void mapIds(Launch launch, Descriptors descriptors)
            throws OciException, InterruptedException, ErrnoException {
        if (tools.user().isPresent() && given.linux().creates(Namespace.Type.USER)) {
            launch.await(News.MAPS);
            tools.user().get().maps().write(launch.shimPid(), given.linux());
            descriptors.control.write(new byte[] {1});
        }
    }

    private Reserved reserve(Slots slots, Descriptors descriptors, Optional<Integer> network, Rollback undo)
            throws ErrnoException {
        var hooks = new HookPipes(slots, spec.hooks());
        undo.add("close the hooks' pipes", hooks::close);
        IdMaps maps = IdMaps.of(request, tools.userNamespaces(), slots);
        return new Reserved(slots, slots.reserve(), descriptors.shim, hooks, maps, network);
    }

    private Host host(CgroupFolders folders, Optional<SeccompFilter> seccomp, List<NetworkDevice> netDevices) {
        boolean overlay = request.rootfs() instanceof Rootfs.Overlay;
        return new Host(
                folders,
                tools.privileges(),
                overlay ? tools.overlayLayers().get() : OverlayLayers.MOUNT_OPTIONS,
                tools.labels(),
                seccomp,
                netDevices);
    }

    private void awaitReady(Launch launch, HookPipes hooks, Fd go)
            throws OciException, InterruptedException, ErrnoException {
        if (runtimeWaits(spec.hooks())) {
            launch.await(News.HOOKS);
            runHooks(launch, hooks);
            go.write(new byte[] {1});
        }
        launch.await(News.READY);
        if (takesNetwork()) {
            tools.spareNetwork().prepare();
        }
    }

    private Optional<Fd> spareNetwork(Rollback undo) {
        Optional<Fd> network = takesNetwork() ? tools.spareNetwork().take() : Optional.empty();
        network.ifPresent(fd -> undo.add("let the network namespace go", fd::close));
        return network;
    }

    /// Whether the container's network namespace can have been made before: one in a user namespace belongs to that.
    /// A runtime that ends after one create prepares nothing.
    private boolean takesNetwork() {
        Linux linux = spec.linux();
        return !request.detached()
                && linux.creates(Namespace.Type.NETWORK)
                && given.linux().namespace(Namespace.Type.USER).isEmpty();
    }

    /// Whether this host has what is asked for, before anything is made.
    private void checkHost() throws Unsupported {
        tools.labels().check(spec.linux(), tools.privileges());
        @Nullable Process process = spec.process();
        if (process != null) {
            tools.labels().check(process, tools.privileges());
        }
        if (spec.linux().intelRdt() != null) {
            throw new Unsupported(
                    "linux.intelRdt: classes of service of resctrl are not made by this runtime; leave it out");
        }
    }

    static boolean isId(String id) {
        return id.matches("[A-Za-z0-9_+.-]+") && !id.matches("\\.+");
    }

    /// Whether the process waits for the runtime half-way.
    static boolean runtimeWaits(Hooks hooks) {
        return !hooks.prestart().isEmpty()
                || !hooks.createRuntime().isEmpty()
                || !hooks.createContainer().isEmpty()
                || !hooks.startContainer().isEmpty();
    }

    private String rootfs() {
        if (request.rootfs() instanceof Rootfs.Directory(Path path)) {
            return path.toString();
        }
        @Nullable Root root = spec.root();
        return request.rootfs() instanceof Rootfs.Overlay && root != null ? root.path() : "";
    }

    private void runHooks(Launch launch, HookPipes inside) throws OciException, InterruptedException, ErrnoException {
        var state = new ContainerState(
                spec.ociVersion(),
                request.id(),
                ContainerState.Status.CREATED,
                launch.pid(),
                request.bundle(),
                rootfs(),
                Instant.now(),
                spec.annotations());
        byte[] json = StateJson.forHook(state);
        var runner = new HookRunner(tools);
        runner.run("prestart", spec.hooks().prestart(), json);
        runner.run("createRuntime", spec.hooks().createRuntime(), json);
        inside.fill(json);
    }

    private CgroupFolders cgroups() throws OciException {
        if (tools.user().isPresent()) {
            return tools.user().get().cgroups(request.id(), given, tools.layout());
        }
        @Nullable String path = spec.linux().cgroupsPath();
        return CgroupFolders.of(
                tools.cgroups(), path == null || path.isEmpty() ? "/crij/" + request.id() : path, tools.layout());
    }

    private ContainerRecord begin(CgroupFolders folders, Optional<SeccompFilter> seccomp, Rollback undo)
            throws ErrnoException, OciException {
        try {
            At.mkdir(Fd.CWD, folder.toString(), 0711);
        } catch (ErrnoException e) {
            if (e.errno() != Errno.EEXIST) {
                throw e;
            }
        }
        var record = new ContainerRecord(
                ContainerRecord.VERSION,
                spec.ociVersion(),
                request.id(),
                request.bundle().toString(),
                rootfs(),
                Instant.now().toEpochMilli(),
                false,
                0,
                0,
                0,
                0,
                null,
                request.stdio() instanceof Stdio.Pipes,
                folders.cgroupsPath(),
                given.linux().namespaces().stream().map(Namespace::type).toList(),
                spec.annotations(),
                spec.hooks().poststart(),
                spec.hooks().poststop(),
                new ContainerRecord.ForExec(
                        spec.linux().uidMappings(),
                        spec.linux().personality(),
                        spec.linux().memoryPolicy(),
                        seccomp.map(SeccompFilter::flags).orElse(-1)));
        try {
            record.create(folder);
        } catch (ErrnoException e) {
            if (e.errno() == Errno.EEXIST) {
                throw new AlreadyExists(request.id());
            }
            StateFolder.removeIfEmpty(folder);
            throw e;
        }
        undo.add("remove " + folder, () -> StateFolder.remove(folder));
        if (seccomp.isPresent()) {
            StateFolder.write(folder, StateFolder.SECCOMP, seccomp.get().program());
            SeccompAgent.write(folder, seccomp.get());
        }
        return record;
    }

    private Descriptors open(Slots slots, Rollback undo) throws ErrnoException {
        var descriptors = new Descriptors(slots, request.stdio(), StateFolder.exitFile(folder));
        undo.add("close the descriptors", descriptors::closeAll);
        return descriptors;
    }

    private Optional<SeccompFilter> seccomp() throws InvalidSpec {
        @Nullable Seccomp config = spec.linux().seccomp();
        if (config == null) {
            return Optional.empty();
        }
        return Optional.of(tools.seccomp().compile(config));
    }

    private Launch launch(Reserved reserved, Descriptors descriptors, Optional<SeccompAgent> agent, Rollback undo)
            throws ErrnoException {
        var launch = new Launch(
                tools.init(),
                reserved.slots(),
                reserved.program(),
                Launch.SHIM + request.id(),
                descriptors,
                tools.readiness(),
                agent);
        undo.add("end the process of " + request.id(), () -> {
            launch.end(tools.reaper());
            awaitEnd(launch.pid());
        });
        return launch;
    }

    private void awaitEnd(int pid) throws ErrnoException, InterruptedException {
        if (pid == 0) {
            return;
        }
        try (var pidfd = new Pidfd(pid)) {
            tools.readiness().await(pidfd.fd(), java.time.Duration.ofSeconds(10));
        } catch (ErrnoException e) {
            if (e.errno() != Errno.ESRCH) {
                throw e;
            }
        }
    }

    private static void attachDeviceFilter(CgroupPlan plan) throws StepFailed {
        if (plan.deviceFilter().isEmpty()) {
            return;
        }
        Path group = plan.folders().container().getFirst();
        try {
            DeviceFilter.attach(group, plan.deviceFilter().get());
        } catch (ErrnoException e) {
            throw new StepFailed(
                    "linux.resources.devices: cannot attach the device filter to " + group + ": " + e.getMessage(),
                    e.errno(),
                    e);
        }
    }

    private Created finish(
            ContainerRecord begun, Launch launch, Descriptors d, Cgroup cgroup, Slots slots, Rollback undo)
            throws ErrnoException {
        boolean pause = request.rootfs() instanceof Rootfs.Pause;
        boolean stays = Shape.of(request).hasShim();
        int shimPid = stays ? launch.shimPid() : 0;
        ContainerRecord record = begun.withProcess(
                launch.pid(),
                ProcessClock.startOf(launch.pid()),
                shimPid,
                stays ? ProcessClock.startOf(shimPid) : 0,
                stays ? d.shim : pause ? null : ShimSlots.ofProcess(slots));
        record.replace(folder);
        var container = new LiveContainer(folder, record, cgroup.there());
        container.waits(new LiveContainer.Waiting(d.go, d.report, Optional.of(launch)));
        Shim shim = stays ? shim(launch, d) : withoutShim(launch, d);
        undo.commit();
        return new Created(container, shim);
    }

    private Shim shim(Launch launch, Descriptors d) throws ErrnoException {
        @Nullable Fd console = console(launch, d);
        var streams = new ShimProcess.Streams(
                d.stdin, d.stdout, d.stderr, console, d.backlogs, d.control, d.exited, d.exitFile);
        var shim = new ShimProcess(launch.pid(), launch.shimPid(), streams, tools.reaper());
        shim.acknowledge();
        return shim;
    }

    private @Nullable Fd console(Launch launch, Descriptors d) throws ErrnoException {
        if (!(request.stdio() instanceof Stdio.Terminal)) {
            return null;
        }
        try (var pidfd = new Pidfd(launch.shimPid())) {
            return pidfd.takeDescriptor(d.shim.console());
        }
    }

    /// The half that started the process goes.
    private Shim withoutShim(Launch launch, Descriptors d) throws ErrnoException {
        var process = new LoneProcess(launch.pid(), console(launch, d));
        d.end(tools.reaper(), launch.shimPid());
        return process;
    }
}
