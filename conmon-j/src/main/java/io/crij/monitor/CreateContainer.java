package io.crij.monitor;

import io.crij.linux.systemd.ScopeName;
import io.crij.monitor.proto.Create;
import io.crij.monitor.proto.Created;
import io.crij.monitor.proto.Event;
import io.crij.oci.runtime.CreateRequest;
import io.crij.oci.runtime.OciException;
import io.crij.oci.runtime.OciRuntime;
import io.crij.oci.runtime.Rootfs;
import io.crij.oci.runtime.Shim;
import io.crij.oci.runtime.Stdio;
import io.crij.oci.spec.Spec;
import io.crij.oci.spec.SpecReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.regex.Pattern;

/// Makes a container. What was begun is undone when a step fails, when the client gives up, and when it is gone before
/// it was told; an intent on tmpfs lets the next monitor undo it too.
final class CreateContainer {
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9_+.-]{1,1024}");

    private final Containers containers;
    private final Handlers handlers;
    private final Supervision supervision;
    private final SpecReader specs = new SpecReader();

    CreateContainer(Containers containers, Handlers handlers, Supervision supervision) {
        this.containers = containers;
        this.handlers = handlers;
        this.supervision = supervision;
    }

    /// Tells the client.
    interface Answer {
        /// @throws IOException when the client is gone
        void send(Created created) throws IOException;
    }

    void run(Create request, Answer answer) throws MonitorException, OciException, IOException, InterruptedException {
        Spec spec = specs.spec(request.getSpec().toByteArray());
        Rootfs rootfs = rootfs(request);
        MonitoredRuntime kind = RuntimeMessages.decode(request);
        OciRuntime runtime = handlers.find(request.getHandler(), kind);
        Path bundle = bundle(request);
        String cgroup = cgroup(spec);
        LiveContainer container = new LiveContainer(runtime, ContainerRecord.creating(request, cgroup, kind));
        containers.add(container);
        try (Rollback undo = new Rollback()) {
            undo.add("forget container " + container.id(), () -> containers.drop(container));
            if (!Files.isDirectory(bundle)) {
                Files.createDirectories(bundle);
                undo.add("remove " + bundle, () -> RecordFolder.removeEmpty(bundle));
            }
            containers.save(container.record());
            Shim shim = runtime.create(new CreateRequest(container.id(), bundle, spec, rootfs, stdio(request)));
            undo.add("delete container " + container.id(), () -> runtime.delete(container.id(), true));
            undo.add("let go of container " + container.id(), container::letGo);
            Instant at = Instant.now();
            supervision.begin(container, shim);
            undo.add("tell that container " + container.id() + " is gone", () -> containers.remove(container));
            if (request.getStart()) {
                started(container, shim, at);
            } else {
                containers.change(container, record -> record.created(shim.pid(), at), Event.Type.CREATED);
            }
            answer.send(Created.newBuilder()
                    .setPid(shim.pid())
                    .setCreatedAt(Nanos.of(at))
                    .build());
            undo.commit();
        }
    }

    /// Its path, also when systemd is to make it.
    private static String cgroup(Spec spec) throws MonitorException {
        String wanted = spec.linux().cgroupsPath() == null ? "" : spec.linux().cgroupsPath();
        try {
            return ScopeName.isMeantBy(wanted) ? ScopeName.parse(wanted).path() : wanted;
        } catch (IllegalArgumentException e) {
            throw invalid("linux.cgroupsPath: " + e.getMessage());
        }
    }

    private void started(LiveContainer container, Shim shim, Instant created)
            throws OciException, IOException, InterruptedException {
        // held, so that the exit of a short process is told after its start
        container.facts.lock();
        try {
            // before: a process may end before this thread goes on
            Instant at = Instant.now();
            container.runtime().start(container.id());
            containers.change(
                    container, record -> record.created(shim.pid(), created).started(at), Event.Type.STARTED);
        } finally {
            container.facts.unlock();
        }
    }

    private static Stdio stdio(Create request) {
        if (request.getStdio().getTerminal()) {
            return new Stdio.Terminal();
        }
        boolean silent = request.getLogPath().isEmpty() && request.hasPause();
        return silent ? new Stdio.Null() : new Stdio.Pipes(request.getStdio().getStdin(), true);
    }

    private static Rootfs rootfs(Create request) throws MonitorException {
        if (!ID.matcher(request.getContainerId()).matches()
                || request.getContainerId().equals(".")
                || request.getContainerId().equals("..")) {
            throw invalid("container_id \"" + request.getContainerId() + "\" must match " + ID);
        }
        if (!request.getLogPath().isEmpty() && !request.getLogPath().startsWith("/")) {
            throw invalid("log_path \"" + request.getLogPath() + "\" must be absolute");
        }
        return RootfsMessages.decode(request)
                .orElseThrow(
                        () -> invalid("one of directory, overlay and pause must say where the root file system is"));
    }

    private static Path bundle(Create request) throws MonitorException {
        if (!request.getBundle().startsWith("/")) {
            throw invalid("bundle \"" + request.getBundle() + "\" must be absolute");
        }
        return Path.of(request.getBundle());
    }

    private static MonitorException invalid(String message) {
        return new MonitorException(MonitorException.Code.INVALID, message, 0);
    }
}
