package io.crij.shim;

import io.crij.linux.ErrnoException;
import io.crij.linux.Signal;
import io.crij.oci.cgroup.Cgroup;
import io.crij.oci.cgroup.CgroupFolders;
import io.crij.oci.runtime.ContainerState;
import io.crij.oci.runtime.ContainerState.Status;
import io.crij.oci.runtime.CreateRequest;
import io.crij.oci.runtime.ExitStatus;
import io.crij.oci.runtime.OciException;
import io.crij.oci.runtime.OciException.NotFound;
import io.crij.oci.runtime.OciException.StepFailed;
import io.crij.oci.runtime.OciException.TimedOut;
import io.crij.oci.runtime.OciException.WrongState;
import io.crij.oci.runtime.OciRuntime;
import io.crij.oci.runtime.Shim;
import io.crij.oci.runtime.Stdio;
import io.crij.oci.runtime.Subreaper;
import io.crij.oci.runtime.Subreapers;
import io.crij.oci.spec.LinuxResources;
import io.crij.oci.spec.Process;
import io.crij.oci.spec.SpecWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Containers of a containerd-style shim. The shim outlives this process, as does a process of `init` that holds the
/// streams of each container; a later runtime connects to the same address and waits again.
final class ShimRuntime implements OciRuntime {
    private static final System.Logger LOG = System.getLogger(ShimRuntime.class.getName());
    private static final int KILLED = 128 + 9;
    /// How long a killed process may take until the shim tells of its end.
    private static final long DEATH_SECONDS = 5;

    private final ShimTools tools;
    private final Map<String, ShimContainer> containers = new ConcurrentHashMap<>();

    ShimRuntime(ShimTools tools) {
        this.tools = tools;
    }

    @Override
    public Shim create(CreateRequest request) throws OciException, InterruptedException {
        var created = new ShimCreation(tools, request).run();
        ShimContainer container = created.container();
        containers.put(container.id(), container);
        new ShimWatch(tools, container).begin();
        return new TaskShim(container, created.streams());
    }

    @Override
    public void start(String id) throws OciException, InterruptedException {
        ShimContainer container = find(id);
        synchronized (container) {
            if (container.record().started() || container.exit().isPresent()) {
                throw new WrongState("cannot start container " + id + ": it is not created");
            }
            int pid = container.task().start("");
            ShimRecord.@Nullable Processes known = container.record().process();
            if (known == null) {
                throw new WrongState("container " + id + " was still being created");
            }
            container.become(container.record().withStarted(withPid(known, pid)));
            container.letGo();
        }
    }

    /// Some shims know it only now.
    private static ShimRecord.Processes withPid(ShimRecord.Processes known, int pid) {
        return pid == 0 || pid == known.pid()
                ? known
                : new ShimRecord.Processes(pid, Subreapers.startOf(pid), known.shim(), known.shimStart());
    }

    @Override
    public void kill(String id, int signal, boolean all) throws OciException {
        ShimContainer container = find(id);
        if (container.exit().isPresent()) {
            throw new WrongState("container not running: " + id);
        }
        try {
            try {
                container.task().kill("", signal, all);
            } catch (NotFound e) {
                throw new WrongState("container not running: " + id);
            } catch (TimedOut e) {
                if (signal != Signal.KILL.number()) {
                    throw e;
                }
                LOG.log(System.Logger.Level.WARNING, e.getMessage() + "; the container is killed without it");
                killDirectly(container);
            }
        } catch (InterruptedException e) {
            throw interrupted("sending " + new Signal(signal) + " to", id, e);
        }
    }

    /// A shim that hangs must not keep its containers alive, nor their end to itself.
    private void killDirectly(ShimContainer container) throws InterruptedException {
        new ShimRemains(tools, container).kill();
        if (!container.ended.await(DEATH_SECONDS, TimeUnit.SECONDS) && !container.alive()) {
            container.end(new ExitStatus(KILLED, Instant.now()));
        }
    }

    @Override
    public void delete(String id, boolean force) throws OciException, InterruptedException {
        ShimContainer container;
        try {
            container = find(id);
        } catch (NotFound e) {
            if (force) {
                ShimRecord.FILE.removeUnfinished(tools.containers().resolve(id));
                return;
            }
            throw e;
        }
        synchronized (container) {
            if (!force && container.record().started() && container.exit().isEmpty()) {
                throw new WrongState("cannot delete container " + id + " that is not stopped: running");
            }
            new ShimDeletion(tools, container, isLast(container)).run();
            containers.remove(id);
        }
    }

    private boolean isLast(ShimContainer container) {
        @Nullable ShimAddress address = container.record().address();
        return containers.values().stream()
                .noneMatch(other -> other != container
                        && address != null
                        && address.equals(other.record().address()));
    }

    @Override
    public ContainerState state(String id) throws OciException {
        ShimContainer container = find(id);
        ShimRecord record = container.record();
        Status status = status(container);
        ShimRecord.@Nullable Processes process = record.process();
        return new ContainerState(
                record.ociVersion(),
                id,
                status,
                status == Status.STOPPED || process == null ? 0 : process.pid(),
                Path.of(record.bundle()),
                "",
                Instant.ofEpochMilli(record.created()),
                record.annotations());
    }

    private static Status status(ShimContainer container) throws OciException {
        if (container.record().process() == null) {
            return Status.CREATING;
        }
        if (container.exit().isPresent()) {
            return Status.STOPPED;
        }
        try {
            return switch (container.task().status()) {
                case CREATED -> Status.CREATED;
                case RUNNING, UNKNOWN, UNRECOGNIZED -> Status.RUNNING;
                case PAUSED, PAUSING -> Status.PAUSED;
                case STOPPED -> Status.STOPPED;
            };
        } catch (InterruptedException e) {
            throw interrupted("asking for the state of", container.id(), e);
        }
    }

    @Override
    public Shim exec(String id, Process process, Stdio stdio) throws OciException, InterruptedException {
        ShimContainer container = find(id);
        if (container.exit().isPresent()) {
            throw new WrongState("cannot exec in container " + id + ": it is stopped");
        }
        ShimLog.trim(container.bundle());
        return new TaskExec(container).run(process, stdio);
    }

    @Override
    public void pause(String id) throws OciException {
        ShimContainer container = find(id);
        try {
            container.task().pause();
        } catch (InterruptedException e) {
            throw interrupted("pausing", id, e);
        }
    }

    @Override
    public void resume(String id) throws OciException {
        ShimContainer container = find(id);
        try {
            container.task().resume();
        } catch (InterruptedException e) {
            throw interrupted("resuming", id, e);
        }
    }

    @Override
    public void update(String id, LinuxResources resources) throws OciException {
        ShimContainer container = find(id);
        synchronized (container) {
            try {
                container.task().update(new SpecWriter().write(resources));
            } catch (InterruptedException e) {
                throw interrupted("updating", id, e);
            }
        }
    }

    /// Those that the host can see in the container's own cgroup, else what the shim tells.
    @Override
    public List<Integer> pids(String id) throws OciException {
        ShimContainer container = find(id);
        List<Integer> inGroup =
                container.cgroup().isPresent() ? container.cgroup().get().pids() : List.of();
        if (!inGroup.isEmpty()) {
            return inGroup;
        }
        try {
            return container.task().pids();
        } catch (InterruptedException e) {
            throw interrupted("asking for the processes of", id, e);
        }
    }

    @Override
    public CgroupFolders cgroups(String id) throws OciException {
        return find(id).cgroup()
                .map(Cgroup::folders)
                .orElseThrow(() -> new OciException.Unsupported("container " + id + " has no cgroup"));
    }

    @Override
    public Shim reopen(String id) throws OciException {
        ShimContainer container = find(id);
        ShimRecord record = container.record();
        Subreaper.@Nullable Handle holder = record.holder();
        ShimRecord.@Nullable Processes process = record.process();
        if (holder == null || process == null) {
            throw new WrongState("container " + id + " was still being created");
        }
        try {
            Shim streams;
            // to open one end waits for the other, and the shim may have closed it
            try (var _ = container.pipes().hold()) {
                if (!record.started() && container.exit().isEmpty()) {
                    container.hold();
                }
                streams = tools.subreapers().reopen(id, holder, process.pid(), (_, _) -> container.exit());
            }
            if (container.exit().isEmpty()) {
                TaskExec.endLeft(container);
            }
            new ShimWatch(tools, container).begin();
            return new TaskShim(container, streams);
        } catch (InterruptedException e) {
            throw interrupted("taking over", id, e);
        } catch (ErrnoException e) {
            throw new StepFailed("cannot take over container " + id + ": " + e.getMessage(), e.errno(), e);
        }
    }

    /// A shim says that the kernel has killed processes of the container for want of memory.
    void ranOutOfMemory(String id) {
        @Nullable ShimContainer container = containers.get(id);
        if (container != null) {
            container.ranOutOfMemory();
        }
    }

    private ShimContainer find(String id) throws OciException {
        @Nullable ShimContainer known = containers.get(id);
        if (known != null) {
            return known;
        }
        try {
            ShimRecord record =
                    ShimRecord.FILE.read(tools.containers().resolve(id)).orElseThrow(() -> new NotFound(id));
            if (!record.settings().name().equals(tools.settings().name())) {
                throw new NotFound(id);
            }
            var read = new ShimContainer(tools, record, tools.cgroups().find(record.cgroupsPath()));
            @Nullable ShimContainer other = containers.putIfAbsent(id, read);
            return other == null ? read : other;
        } catch (IOException e) {
            throw new StepFailed("cannot read the record of container " + id + ": " + e.getMessage(), 0, e);
        }
    }

    private static StepFailed interrupted(String doing, String id, InterruptedException e) {
        Thread.currentThread().interrupt();
        return new StepFailed("interrupted while " + doing + " container " + id, 0, e);
    }
}
