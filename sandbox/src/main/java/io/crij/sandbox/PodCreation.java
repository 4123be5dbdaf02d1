package io.crij.sandbox;

import io.crij.monitor.ContainerRequest;
import io.crij.monitor.MonitorException;
import io.crij.oci.runtime.Rootfs;
import io.crij.oci.spec.SpecWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Makes a pod: record, files, pause process, pinned namespaces, network; all of it or nothing.
final class PodCreation {
    static final String POD_LABEL = "io.crij.pod";
    private static final int HOSTNAME_FROM_ID = 12;

    private final SandboxSettings settings;
    private final Layout layout;
    private final MonitorLink monitor;
    private final Index<PodEntry> pods;
    private final RecordFiles<PodRecord> records;
    private final CgroupParents cgroups;
    private final PodFiles files;
    private final PodNamespaces namespaces;
    private final PodNetworks networks;
    private final PauseSpec pauseSpec;
    private final Reclaimer reclaimer;
    private final SpecWriter specs = new SpecWriter();

    PodCreation(
            SandboxSettings settings,
            Layout layout,
            MonitorLink monitor,
            Index<PodEntry> pods,
            RecordFiles<PodRecord> records,
            CgroupParents cgroups,
            PodFiles files,
            PodNamespaces namespaces,
            PodNetworks networks,
            PauseSpec pauseSpec,
            Reclaimer reclaimer) {
        this.settings = settings;
        this.layout = layout;
        this.monitor = monitor;
        this.pods = pods;
        this.records = records;
        this.cgroups = cgroups;
        this.files = files;
        this.namespaces = namespaces;
        this.networks = networks;
        this.pauseSpec = pauseSpec;
        this.reclaimer = reclaimer;
    }

    PodEntry make(String id, PodConfig config, String handler) throws SandboxException, InterruptedException {
        try (var undo = new Rollback(reclaimer)) {
            var pod = begin(id, config, handler, undo);
            makeFiles(pod.record(), undo);
            int pause = createPause(pod.record(), undo);
            pin(pod, pause, undo);
            startAndAttach(pod, undo);
            files.writeHosts(pod.record());
            pod.update(record -> record.with(new PodState.Ready(pause)));
            undo.commit();
            return pod;
        }
    }

    /// The record is on disk before anything else is done.
    private PodEntry begin(String id, PodConfig config, String handler, Rollback undo) throws SandboxException {
        String parent = cgroups.resolve(config.cgroupParent());
        boolean made = cgroups.enter(parent, id);
        undo.add("leave cgroup " + parent, () -> cgroups.leave(parent, id, made));
        var record = new PodRecord(
                PodRecord.VERSION,
                id,
                config,
                handler,
                Instant.now(),
                hostname(id, config),
                parent,
                files.paths(id, config, logDirectory(id, config)),
                new PodState.Creating(),
                network(id, config),
                made);
        undo.add("remove the record of pod " + id, () -> {
            pods.remove(id);
            records.delete(id);
        });
        records.create(id, record);
        var entry = new PodEntry(record, records);
        pods.add(entry);
        return entry;
    }

    private void makeFiles(PodRecord pod, Rollback undo) throws SandboxException {
        undo.add("remove the files of pod " + pod.id(), () -> files.remove(pod.id()));
        files.write(pod);
        var made = PodFiles.makeLogDirectory(pod.paths().logDirectory());
        if (made != null) {
            undo.add("remove the log directory of pod " + pod.id(), () -> Files.deleteIfExists(made));
        }
    }

    private int createPause(PodRecord pod, Rollback undo) throws SandboxException, InterruptedException {
        undo.add("remove the pause process of pod " + pod.id(), () -> monitor.delete(pod.id(), true));
        try {
            return monitor.create(new ContainerRequest(
                    pod.id(),
                    layout.bundle(pod.id()),
                    specs.write(pauseSpec.of(pod)),
                    "",
                    new Rootfs.Pause(),
                    ContainerRequest.Streams.outputOnly(),
                    null,
                    Map.of(POD_LABEL, pod.id())));
        } catch (MonitorException e) {
            throw MonitorFailures.translate("create the pause process of pod " + pod.id(), e);
        }
    }

    private void pin(PodEntry pod, int pause, Rollback undo) throws SandboxException {
        undo.add("let the network namespace of pod " + pod.id() + " go", () -> namespaces.unpinNetwork(pod.id()));
        undo.add("let the namespaces of pod " + pod.id() + " go", () -> namespaces.unpin(pod.id()));
        var paths = namespaces.pin(pod.record(), pause);
        pod.change(record -> record.with(paths));
    }

    private void startAndAttach(PodEntry pod, Rollback undo) throws SandboxException, InterruptedException {
        var steps = new ArrayList<SingleFlight.Work>(List.of(() -> start(pod.id())));
        if (pod.record().network() instanceof PodNetwork.Pending(Path namespace)) {
            undo.add("give back the network of pod " + pod.id(), () -> networks.release(pod.id()));
            steps.add(() -> {
                var network = networks.attach(pod.record(), namespace);
                pod.change(record -> record.with(network));
            });
        }
        Parallel.run(steps);
    }

    private void start(String id) throws SandboxException, InterruptedException {
        try {
            monitor.start(id);
        } catch (MonitorException e) {
            throw MonitorFailures.translate("start the pause process of pod " + id, e);
        }
    }

    private static String hostname(String id, PodConfig config) throws SandboxException.StorageFailed {
        if (!config.hostname().isEmpty()) {
            return config.hostname();
        }
        return config.namespaces().network() == NamespaceMode.NODE
                ? PodFiles.hostname()
                : id.substring(0, HOSTNAME_FROM_ID);
    }

    private Path logDirectory(String id, PodConfig config) {
        return config.logDirectory().isEmpty() ? settings.logs().resolve(id) : Path.of(config.logDirectory());
    }

    private PodNetwork network(String id, PodConfig config) {
        return config.namespaces().network() == NamespaceMode.NODE
                ? new PodNetwork.Host()
                : new PodNetwork.Pending(layout.net(id));
    }
}
