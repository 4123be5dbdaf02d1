package io.crij.sandbox;

import io.crij.monitor.ContainerRequest;
import io.crij.monitor.MonitorException;
import io.crij.oci.spec.Spec;
import io.crij.oci.spec.SpecWriter;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Makes a container: record, root file system, waiting process; all of it or nothing.
final class ContainerCreation {
    static final String SPEC_FILE = "spec.json";

    private final Layout layout;
    private final RuntimeHandlers handlers;
    private final MonitorLink monitor;
    private final Index<ContainerEntry> containers;
    private final RecordFiles<ContainerRecord> records;
    private final RootfsStore rootfs;
    private final Reclaimer reclaimer;
    private final SandboxEvents events;
    private final LifeHooks hooks;
    private final SpecWriter specs = new SpecWriter();

    ContainerCreation(
            Layout layout,
            RuntimeHandlers handlers,
            MonitorLink monitor,
            Index<ContainerEntry> containers,
            RecordFiles<ContainerRecord> records,
            RootfsStore rootfs,
            Reclaimer reclaimer,
            SandboxEvents events,
            LifeHooks hooks) {
        this.layout = layout;
        this.handlers = handlers;
        this.monitor = monitor;
        this.containers = containers;
        this.records = records;
        this.rootfs = rootfs;
        this.reclaimer = reclaimer;
        this.events = events;
        this.hooks = hooks;
    }

    ContainerEntry make(String id, PodEntry pod, ContainerConfig config, ContainerPlan plan)
            throws SandboxException, InterruptedException {
        // between enter and leave a stop of the pod waits for us
        pod.enter();
        try (var undo = new Rollback(reclaimer)) {
            var container = begin(id, pod.record(), config, undo);
            undo.add("give back the root file system of container " + id, () -> rootfs.release(id));
            undo.add("tell that container " + id + " is gone", () -> hooks.containerGone(container.record()));
            var prepared = plan.prepare(pod.record(), container.record());
            adapt(container, prepared);
            int pid = create(container.record(), prepared, undo);
            container.update(record -> record.with(new ContainerStatus.Created(pid)));
            hooks.containerMade(container.record());
            if (container.release()) {
                events.tell(new SandboxEvent.ContainerExited(container.record()));
            }
            undo.commit();
            return container;
        } finally {
            pod.leave();
        }
    }

    /// The plan may know better than the request.
    private static void adapt(ContainerEntry container, ContainerPlan.Prepared prepared) {
        var resources = prepared.resources();
        if (resources != null) {
            container.change(record -> record.with(resources));
        }
        var cgroup = prepared.spec().linux().cgroupsPath();
        if (cgroup != null) {
            container.change(record -> record.withCgroup(CgroupPlaces.path(cgroup)));
        }
    }

    private ContainerEntry begin(String id, PodRecord pod, ContainerConfig config, Rollback undo)
            throws SandboxException {
        var record = new ContainerRecord(
                ContainerRecord.VERSION,
                id,
                pod.id(),
                config.metadata().key(pod.config().metadata()),
                config,
                pod.handler(),
                Instant.now(),
                layout.bundle(id),
                CgroupPlaces.of(pod.cgroupParent(), id),
                log(pod, config.logPath()),
                config.resources(),
                new ContainerStatus.Creating());
        undo.add("remove the record of container " + id, () -> {
            containers.remove(id);
            records.delete(id);
        });
        records.create(id, record);
        var entry = new ContainerEntry(record, records);
        entry.hold();
        containers.add(entry);
        return entry;
    }

    private static @Nullable Path log(PodRecord pod, String path) throws SandboxException.Invalid {
        if (path.isEmpty()) {
            return null;
        }
        var log = pod.logPath(path).normalize();
        if (!log.startsWith(pod.paths().logDirectory().normalize())) {
            throw new SandboxException.Invalid(
                    "log_path",
                    path,
                    "leads out of the pod's log directory " + pod.paths().logDirectory());
        }
        return log;
    }

    private int create(ContainerRecord container, ContainerPlan.Prepared prepared, Rollback undo)
            throws SandboxException, InterruptedException {
        Spec spec = prepared.spec()
                .with(s -> s.linux =
                        s.linux.with(linux -> linux.cgroupsPath = CgroupPlaces.cgroupsPath(container.cgroup())));
        byte[] json = specs.write(spec);
        write(records.folder(container.id()).resolve(SPEC_FILE), json);
        var config = container.config();
        var handler = handlers.usable(container.handler());
        undo.add("remove the process of container " + container.id(), () -> monitor.delete(container.id(), true));
        try {
            return monitor.create(new ContainerRequest(
                            container.id(),
                            container.bundle(),
                            json,
                            handler.monitorName(),
                            prepared.rootfs(),
                            new ContainerRequest.Streams(config.tty(), config.stdin(), config.stdinOnce()),
                            container.log(),
                            Map.of(PodCreation.POD_LABEL, container.podId()))
                    .by(handler.runtime()));
        } catch (MonitorException e) {
            throw MonitorFailures.translate("create container " + container.id(), e);
        }
    }

    private static void write(Path file, byte[] content) throws SandboxException.StorageFailed {
        try (var out = new FileOutputStream(file.toFile())) {
            out.write(content);
        } catch (IOException e) {
            throw new SandboxException.StorageFailed("write", file, e);
        }
    }
}
