package io.crij.oci.command;

import io.crij.linux.ErrnoException;
import io.crij.linux.Fd;
import io.crij.linux.Pidfd;
import io.crij.linux.Signal;
import io.crij.oci.cgroup.Cgroup;
import io.crij.oci.cgroup.CgroupFolders;
import io.crij.oci.cgroup.CgroupHost;
import io.crij.oci.command.CommandSettings.Dialect;
import io.crij.oci.runtime.ContainerState;
import io.crij.oci.runtime.ContainerState.Status;
import io.crij.oci.runtime.CreateRequest;
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
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// A runtime that is another program, driven through runc's command line. Each verb is a call of it under a process
/// of `init`, which stays as the shim of a container, so that output and exit code outlive this process here too. A
/// call that does not end in its time is killed with all that it has started.
public final class CommandRuntime implements OciRuntime {
    private static final System.Logger LOG = System.getLogger(CommandRuntime.class.getName());

    private final Tools tools;
    private final Map<String, CommandContainer> containers = new ConcurrentHashMap<>();

    /// @param containers folder with a folder for each container, which is its bundle
    /// @param own folder for what belongs to no container
    public CommandRuntime(CommandSettings settings, Path containers, Path own, Subreapers subreapers, CgroupHost host) {
        tools = new Tools(settings, containers, own, subreapers, host);
    }

    /// Which runtime has that container, if one that is a command has: for those whose other records are lost.
    public static Optional<CommandSettings> settingsOf(Path containers, String id) throws IOException {
        return CommandRecord.FILE.read(containers.resolve(id)).map(CommandRecord::settings);
    }

    @Override
    public Shim create(CreateRequest request) throws OciException, InterruptedException {
        var created = new CommandCreation(tools, request).run();
        containers.put(request.id(), created.container());
        return created.shim();
    }

    @Override
    public void start(String id) throws OciException, InterruptedException {
        CommandContainer container = find(id);
        synchronized (container) {
            Status status = status(container);
            if (status != Status.CREATED) {
                throw new WrongState("cannot start container " + id + ": it is " + name(status) + ", not created");
            }
            start(container);
            container.become(container.record().withStarted());
            startWaiter(container);
        }
    }

    private void start(CommandContainer container) throws OciException, InterruptedException {
        Subreaper.@Nullable Handle handle = container.record().subreaper();
        if (tools.settings().dialect() != Dialect.GVISOR || handle == null) {
            call(container, "start", container.id());
            return;
        }
        // runsc gives a container of a sandbox its streams now, not when it is created
        try {
            Stdio.Given streams = tools.subreapers().streamsOfContainer(handle);
            try (Fd _ = streams.in();
                    Fd _ = streams.out();
                    Fd _ = streams.err()) {
                tools.call(container.id(), container.folder(), "start", container.id())
                        .run(streams);
            }
        } catch (ErrnoException e) {
            throw new StepFailed("cannot start container " + container.id() + ": " + e.getMessage(), e.errno(), e);
        }
    }

    /// runsc has nothing to wait for before the start.
    private void startWaiter(CommandContainer container) throws OciException {
        Subreaper.@Nullable Handle handle = container.record().subreaper();
        if (tools.settings().dialect() != Dialect.GVISOR || handle == null) {
            return;
        }
        try {
            tools.subreapers().startWaiter(handle);
        } catch (ErrnoException e) {
            throw new StepFailed(
                    "cannot wait for the end of container " + container.id() + ": " + e.getMessage(), e.errno(), e);
        }
    }

    @Override
    public void kill(String id, int signal, boolean all) throws OciException {
        CommandContainer container = find(id);
        var number = new Signal(signal);
        if (!all && !container.alive()) {
            throw new WrongState("container not running: " + id);
        }
        if (neverStarted(container) && number.equals(Signal.KILL)) {
            giveUp(container);
            return;
        }
        try {
            if (all) {
                call(container, "kill", "--all", id, Integer.toString(signal));
            } else {
                call(container, "kill", id, Integer.toString(signal));
            }
        } catch (TimedOut e) {
            if (!number.equals(Signal.KILL)) {
                throw e;
            }
            LOG.log(System.Logger.Level.WARNING, e.getMessage() + "; the container is killed without it");
            killDirectly(container);
        } catch (InterruptedException e) {
            throw interrupted("sending " + number + " to", id, e);
        }
    }

    /// runsc signals nothing that has not started, and nobody waits for it yet.
    private boolean neverStarted(CommandContainer container) {
        return tools.settings().dialect() == Dialect.GVISOR
                && !container.record().started()
                && container.record().subreaper() != null;
    }

    private void giveUp(CommandContainer container) throws OciException {
        Subreaper.@Nullable Handle handle = container.record().subreaper();
        if (handle == null) {
            return;
        }
        try {
            call(container, "delete", "--force", container.id());
            byte[] ended = ("{\"id\":\"" + container.id() + "\",\"exitStatus\":" + (128 + Signal.KILL.number()) + "}")
                    .getBytes(StandardCharsets.UTF_8);
            Files.write(container.folder().resolve(CommandContainer.WAITED), ended);
            tools.subreapers().tellEnd(handle);
        } catch (InterruptedException e) {
            throw interrupted("giving up", container.id(), e);
        } catch (IOException e) {
            throw new StepFailed("cannot end container " + container.id() + ": " + e.getMessage(), 0, e);
        }
    }

    private static StepFailed interrupted(String doing, String id, InterruptedException e) {
        Thread.currentThread().interrupt();
        return new StepFailed("interrupted while " + doing + " container " + id, 0, e);
    }

    /// A runtime that hangs must not keep its containers alive.
    private static void killDirectly(CommandContainer container) throws OciException {
        try {
            if (container.cgroup().isPresent()) {
                container.cgroup().get().signal(Signal.KILL);
            }
            if (container.alive()) {
                try (var pidfd = new Pidfd(container.record().pid())) {
                    if (container.alive()) {
                        pidfd.send(Signal.KILL);
                    }
                }
            }
        } catch (InterruptedException e) {
            throw interrupted("killing", container.id(), e);
        } catch (ErrnoException e) {
            if (e.errno() != io.crij.linux.Errno.ESRCH) {
                throw new StepFailed("cannot kill container " + container.id() + ": " + e.getMessage(), e.errno(), e);
            }
        }
    }

    @Override
    public void delete(String id, boolean force) throws OciException, InterruptedException {
        CommandContainer container;
        try {
            container = find(id);
        } catch (NotFound e) {
            if (force) {
                CommandRecord.FILE.removeUnfinished(tools.containers().resolve(id));
                return;
            }
            throw e;
        }
        synchronized (container) {
            if (!force && container.record().started() && container.alive()) {
                throw new WrongState("cannot delete container " + id + " that is not stopped: running");
            }
            remove(container);
            containers.remove(id);
        }
    }

    /// A failure leaves the container there, to be deleted again, but none of its processes and no mount.
    private void remove(CommandContainer container) throws OciException, InterruptedException {
        String id = container.id();
        try {
            try {
                call(container, "delete", "--force", id);
            } catch (NotFound e) {
                // it never came to be, or is gone already
            } catch (OciException e) {
                killDirectly(container);
                throw e;
            } finally {
                if (container.record().mounted()) {
                    HostRootfs.unmount(container.folder());
                }
            }
            if (container.cgroup().isPresent()) {
                container.cgroup().get().delete();
            }
            Subreaper.@Nullable Handle handle = container.record().subreaper();
            if (handle != null) {
                tools.subreapers().end(handle);
            }
            CommandContainer.removeFiles(container.folder());
        } catch (IOException e) {
            throw new StepFailed("cannot delete container " + id + ": " + e.getMessage(), 0, e);
        }
    }

    @Override
    public ContainerState state(String id) throws OciException {
        CommandContainer container = find(id);
        CommandRecord record = container.record();
        Status status = status(container);
        return new ContainerState(
                record.ociVersion(),
                id,
                status,
                status == Status.STOPPED ? 0 : record.pid(),
                Path.of(record.bundle()),
                "",
                Instant.ofEpochMilli(record.created()),
                record.annotations());
    }

    @Override
    public Shim exec(String id, Process process, Stdio stdio) throws OciException, InterruptedException {
        CommandContainer container = find(id);
        Status status = status(container);
        if (status != Status.CREATED && status != Status.RUNNING) {
            throw new WrongState("cannot exec in container " + id + ": it is " + name(status));
        }
        return new CommandExec(tools, container).run(process, stdio);
    }

    @Override
    public void pause(String id) throws OciException {
        simple(id, "pausing", "pause");
    }

    @Override
    public void resume(String id) throws OciException {
        simple(id, "resuming", "resume");
    }

    private void simple(String id, String doing, String verb) throws OciException {
        try {
            call(find(id), verb, id);
        } catch (InterruptedException e) {
            throw interrupted(doing, id, e);
        }
    }

    @Override
    public void update(String id, LinuxResources resources) throws OciException {
        CommandContainer container = find(id);
        synchronized (container) {
            Path file = container.folder().resolve("process-update");
            try {
                Files.write(file, new SpecWriter().write(resources));
                call(container, "update", "--resources", file.toString(), id);
            } catch (InterruptedException e) {
                throw interrupted("updating", id, e);
            } catch (IOException e) {
                throw new StepFailed("cannot update container " + id + ": " + e.getMessage(), 0, e);
            } finally {
                try {
                    Files.deleteIfExists(file);
                } catch (IOException e) {
                    // it goes with the container's folder
                }
            }
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
        CommandContainer container = find(id);
        CommandRecord record = container.record();
        Subreaper.@Nullable Handle handle = record.subreaper();
        if (handle == null) {
            throw new WrongState("container " + id + " was still being created");
        }
        Shim shim = tools.subreapers().reopen(id, handle, record.pid(), Exits.of(container));
        try {
            if (record.settings().dialect() == Dialect.GVISOR && status(container) == Status.RUNNING) {
                startWaiter(container);
            }
        } catch (OciException e) {
            shim.close();
            throw e;
        }
        return shim;
    }

    private void call(CommandContainer container, String... verb) throws OciException, InterruptedException {
        tools.call(container.id(), container.folder(), verb).run();
    }

    private static Cgroup cgroup(CommandContainer container) throws OciException {
        return container
                .cgroup()
                .orElseThrow(() -> new OciException.Unsupported("container " + container.id() + " has no cgroup"));
    }

    private Status status(CommandContainer container) throws OciException {
        CommandRecord record = container.record();
        if (record.pid() == 0) {
            return Status.CREATING;
        }
        if (!container.alive()) {
            return Status.STOPPED;
        }
        if (record.settings().dialect() == Dialect.GVISOR) {
            return asked(container);
        }
        if (!record.started()) {
            return Status.CREATED;
        }
        Optional<Cgroup> cgroup = container.cgroup();
        return cgroup.isPresent() && cgroup.get().frozen() ? Status.PAUSED : Status.RUNNING;
    }

    private Status asked(CommandContainer container) throws OciException {
        try {
            String json = tools.call(container.id(), container.folder(), "state", container.id())
                    .run();
            return RuntimeState.status(json)
                    .orElseThrow(() -> new StepFailed(
                            tools.settings().path() + " state of container " + container.id()
                                    + " printed no state but: " + RuntimeLog.shortened(json),
                            0));
        } catch (InterruptedException e) {
            throw interrupted("asking for the state of", container.id(), e);
        }
    }

    private CommandContainer find(String id) throws OciException {
        CommandContainer known = containers.get(id);
        if (known != null) {
            return known;
        }
        Path folder = tools.containers().resolve(id);
        try {
            CommandRecord record = CommandRecord.FILE.read(folder).orElseThrow(() -> new NotFound(id));
            if (!record.settings().name().equals(tools.settings().name())) {
                throw new NotFound(id);
            }
            var read = new CommandContainer(folder, record, tools.cgroup(record.cgroupsPath()));
            @Nullable CommandContainer other = containers.putIfAbsent(id, read);
            return other == null ? read : other;
        } catch (IOException e) {
            throw new StepFailed("cannot read the record of container " + id + ": " + e.getMessage(), 0, e);
        }
    }

    private static String name(Status status) {
        return status.name().toLowerCase(Locale.ROOT);
    }
}
