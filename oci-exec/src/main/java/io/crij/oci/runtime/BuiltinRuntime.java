package io.crij.oci.runtime;

import io.crij.linux.ErrnoException;
import io.crij.linux.OverlayLayers;
import io.crij.linux.Pidfd;
import io.crij.linux.Signal;
import io.crij.oci.cgroup.Cgroup;
import io.crij.oci.cgroup.CgroupFolders;
import io.crij.oci.cgroup.CgroupHost;
import io.crij.oci.cgroup.CgroupLayout;
import io.crij.oci.program.Init;
import io.crij.oci.runtime.ContainerState.Status;
import io.crij.oci.runtime.OciException.NotFound;
import io.crij.oci.runtime.OciException.StepFailed;
import io.crij.oci.runtime.OciException.WrongState;
import io.crij.oci.seccomp.SeccompCompiler;
import io.crij.oci.spec.Hook;
import io.crij.oci.spec.LinuxResources;
import io.crij.oci.spec.Process;
import io.crij.oci.spec.SpecValidator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The built-in runtime: each verb is a syscall program or a few system calls of this process; no other binary than
/// the 1 KB `init` is started. What it knows of a container stands in `<root>/<id>`, so that it can be restarted at
/// any time.
public final class BuiltinRuntime implements OciRuntime, AutoCloseable {
    private static final Duration KEEP_NETWORK = Duration.ofMinutes(1);

    private final Path root;
    private final Toolbox tools;
    private final Shape watched;
    private final Map<String, LiveContainer> containers = new ConcurrentHashMap<>();

    /// @param root folder for the state of containers; made when missing
    public BuiltinRuntime(Path root) throws IOException {
        this(root, CgroupLayout.WITH_SHIM);
    }

    public BuiltinRuntime(Path root, CgroupLayout layout) throws IOException {
        this(root, layout, OverlayLayers::ofThisKernel, Labels.Policy.REQUIRED);
    }

    BuiltinRuntime(Path root, CgroupLayout layout, Supplier<OverlayLayers> overlayLayers, Labels.Policy labels)
            throws IOException {
        this(root, layout, overlayLayers, labels, KEEP_NETWORK, Optional.empty(), Shape.MONITORED, Log::warning);
        tools.init().executable(); // now, rather than with the first pod
    }

    private BuiltinRuntime(
            Path root,
            CgroupLayout layout,
            Supplier<OverlayLayers> overlayLayers,
            Labels.Policy labels,
            Duration keepNetwork,
            Optional<OrdinaryUser> user,
            Shape watched,
            Consumer<String> warnings)
            throws IOException {
        this.watched = watched;
        this.root = root.toAbsolutePath();
        Files.createDirectories(this.root);
        var init = new Init(this.root);
        tools = new Toolbox(
                init,
                new UserNamespaces(init),
                new SpareNetwork(keepNetwork),
                new Readiness(),
                new Reaper(),
                user.isPresent() ? Privileges.ofOrdinaryUser(warnings) : Privileges.read(warnings),
                Labels.of(labels),
                user.isPresent() ? user.get().delegation().host() : CgroupHost.read(),
                layout,
                overlayLayers,
                new SeccompCompiler(),
                new SpecValidator(),
                new SystemdOnDemand(),
                user);
    }

    /// For one verb of a command that does as others of its kind: nothing is made ready for a next one, and labels for
    /// security modules that this kernel does not have are left out. An ordinary user can have one.
    ///
    /// @param warnings gets what was not granted as asked for
    public static BuiltinRuntime forCommand(Path root, Consumer<String> warnings) throws IOException {
        return new BuiltinRuntime(
                root,
                CgroupLayout.WITH_SHIM,
                OverlayLayers::ofThisKernel,
                Labels.Policy.WHERE_PRESENT,
                Duration.ZERO,
                OrdinaryUser.ofSelf(),
                Shape.ATTENDED,
                warnings);
    }

    /// For runtimes that are commands: they use this one's `init` and its threads.
    public Subreapers subreapers() {
        return new Subreapers(tools.init(), tools.readiness(), tools.reaper());
    }

    @Override
    public Shim create(CreateRequest request) throws OciException, InterruptedException {
        var created = new Creation(tools, request, root).run();
        containers.put(request.id(), created.container());
        return created.shim();
    }

    @Override
    public void start(String id) throws OciException, InterruptedException {
        LiveContainer container = find(id);
        synchronized (container) {
            Status status = status(container);
            if (status != Status.CREATED) {
                throw new WrongState("cannot start container " + id + ": it is " + name(status) + ", not created");
            }
            try {
                var waiting = container.waiting();
                waiting.go().write(new byte[] {1});
                new ExecutionWait(tools.readiness(), waiting, container).await();
            } catch (ErrnoException e) {
                throw new StepFailed("cannot start container " + id + ": " + e.getMessage(), e.errno(), e);
            }
            container.started();
            afterStart(container);
        }
    }

    /// A poststart hook that fails ends the container (runtime-spec 1.3).
    private void afterStart(LiveContainer container) throws OciException, InterruptedException {
        List<Hook> hooks = container.record().poststart();
        if (hooks.isEmpty()) {
            return;
        }
        try {
            new HookRunner(tools).runToTheEnd("poststart", hooks, StateJson.forHook(started(container)));
        } catch (OciException.HookFailed e) {
            new Deletion(tools, container).run(true);
            containers.remove(container.record().id());
            throw e;
        }
    }

    /// The state just after the start, though the process may have ended by now: the hook learns which one it was.
    private static ContainerState started(LiveContainer container) throws OciException {
        ContainerState now = state(container);
        return new ContainerState(
                now.ociVersion(),
                now.id(),
                Status.RUNNING,
                container.record().pid(),
                now.bundle(),
                now.rootfs(),
                now.created(),
                now.annotations());
    }

    @Override
    public void kill(String id, int signal, boolean all) throws OciException {
        LiveContainer container = find(id);
        var number = new Signal(signal);
        if (all && container.cgroup().isPresent()) {
            try {
                container.cgroup().get().signal(number);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new StepFailed("interrupted while sending " + number + " to container " + id, 0, e);
            }
            return;
        }
        if (!container.alive()) {
            throw new WrongState("container not running: " + id);
        }
        send(container, number);
    }

    private static void send(LiveContainer container, Signal signal) throws OciException {
        String id = container.record().id();
        try (var pidfd = new Pidfd(container.record().pid())) {
            // held now: if it is still the one that was recorded, it stays that one
            if (!container.alive()) {
                throw new WrongState("container not running: " + id);
            }
            pidfd.send(signal);
        } catch (ErrnoException e) {
            if (e.errno() == io.crij.linux.Errno.ESRCH) {
                throw new WrongState("container not running: " + id);
            }
            throw new StepFailed("cannot send " + signal + " to container " + id + ": " + e.getMessage(), e.errno(), e);
        }
    }

    @Override
    public void delete(String id, boolean force) throws OciException, InterruptedException {
        LiveContainer container;
        try {
            container = find(id);
        } catch (NotFound e) {
            if (force) {
                removeUnfinished(id);
                return;
            }
            throw e;
        }
        synchronized (container) {
            new Deletion(tools, container).run(force || status(container) == Status.CREATED);
            containers.remove(id);
        }
    }

    /// A runtime may have been killed while it wrote the first record of a container, before it made anything else.
    private void removeUnfinished(String id) throws StepFailed {
        if (Creation.isId(id)) {
            Path folder = root.resolve(id);
            try {
                StateFolder.removeUnfinished(folder);
            } catch (ErrnoException e) {
                throw new StepFailed("cannot remove " + folder + ": " + e.getMessage(), e.errno(), e);
            }
        }
    }

    @Override
    public ContainerState state(String id) throws OciException {
        return state(find(id));
    }

    private static ContainerState state(LiveContainer container) throws OciException {
        ContainerRecord record = container.record();
        Status status = status(container);
        return new ContainerState(
                record.ociVersion(),
                record.id(),
                status,
                status == Status.STOPPED ? 0 : record.pid(),
                Path.of(record.bundle()),
                record.rootfs(),
                Instant.ofEpochMilli(record.created()),
                record.annotations());
    }

    @Override
    public Shim exec(String id, Process process, Stdio stdio) throws OciException, InterruptedException {
        return exec(id, process, stdio, watched);
    }

    @Override
    public Shim execDetached(String id, Process process, Stdio stdio) throws OciException, InterruptedException {
        return exec(id, process, stdio, Shape.DETACHED);
    }

    private Shim exec(String id, Process process, Stdio stdio, Shape shape) throws OciException, InterruptedException {
        LiveContainer container = find(id);
        Status status = status(container);
        if (status != Status.CREATED && status != Status.RUNNING) {
            throw new WrongState("cannot exec in container " + id + ": it is " + name(status));
        }
        return new Execution(tools, container, process, stdio, shape).run();
    }

    @Override
    public void pause(String id) throws OciException {
        LiveContainer container = running(id);
        try {
            cgroup(container).freeze();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StepFailed("interrupted while pausing container " + id, 0, e);
        }
    }

    @Override
    public void resume(String id) throws OciException {
        LiveContainer container = find(id);
        Status status = status(container);
        if (status != Status.PAUSED) {
            throw new WrongState("cannot resume container " + id + ": it is " + name(status) + ", not paused");
        }
        cgroup(container).thaw();
    }

    @Override
    public void update(String id, LinuxResources resources) throws OciException {
        LiveContainer container = running(id);
        synchronized (container) {
            cgroup(container).update(resources);
        }
    }

    @Override
    public List<Integer> pids(String id) throws OciException {
        return cgroup(find(id)).pids();
    }

    @Override
    public CgroupFolders cgroups(String id) throws OciException {
        return cgroup(find(id)).folders();
    }

    @Override
    public Shim reopen(String id) throws OciException {
        LiveContainer container = find(id);
        return new Reopening(tools, container).run();
    }

    private LiveContainer running(String id) throws OciException {
        LiveContainer container = find(id);
        Status status = status(container);
        if (status == Status.STOPPED || status == Status.CREATING) {
            throw new WrongState("container not running: " + id + " is " + name(status));
        }
        return container;
    }

    private static Cgroup cgroup(LiveContainer container) throws OciException {
        return container
                .cgroup()
                .orElseThrow(() -> new OciException.Unsupported(
                        "container " + container.record().id() + " has no cgroup"));
    }

    private static Status status(LiveContainer container) throws OciException {
        ContainerRecord record = container.record();
        if (record.pid() == 0) {
            return Status.CREATING;
        }
        if (!container.alive()) {
            return Status.STOPPED;
        }
        Optional<Cgroup> cgroup = container.cgroup();
        if (cgroup.isPresent() && cgroup.get().frozen()) {
            return Status.PAUSED;
        }
        return record.started() ? Status.RUNNING : Status.CREATED;
    }

    private static String name(Status status) {
        return status.name().toLowerCase(Locale.ROOT);
    }

    /// The container, also one that an earlier runtime made.
    private LiveContainer find(String id) throws OciException {
        @Nullable LiveContainer known = containers.get(id);
        if (known != null) {
            return known;
        }
        if (!Creation.isId(id)) {
            throw new NotFound(id);
        }
        Path folder = root.resolve(id);
        try {
            ContainerRecord record = ContainerRecord.read(folder).orElseThrow(() -> new NotFound(id));
            var folders = CgroupFolders.recorded(tools.cgroups(), record.cgroupsPath(), tools.layout());
            var found = new LiveContainer(folder, record, new Cgroup(folders, tools.systemd()).there());
            @Nullable LiveContainer faster = containers.putIfAbsent(id, found);
            return faster == null ? found : faster;
        } catch (IOException e) {
            throw new StepFailed(
                    "cannot read the record of container " + id + " in " + folder + ": " + e.getMessage(), 0, e);
        }
    }

    /// Containers go on; a later runtime with the same root finds them.
    @Override
    public void close() {
        containers.values().forEach(LiveContainer::closeWaiting);
        tools.userNamespaces().close();
        tools.spareNetwork().close();
        tools.systemd().close();
        tools.init().close();
    }
}
