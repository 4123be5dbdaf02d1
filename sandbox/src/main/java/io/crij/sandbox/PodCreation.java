package io.crij.sandbox;

import io.crij.monitor.ContainerRequest;
import io.crij.monitor.MonitorException;
import io.crij.oci.runtime.Rootfs;
import io.crij.oci.spec.SpecWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

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
    private final LifeHooks hooks;
    private final OwnSandbox ownSandbox;
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
            Reclaimer reclaimer,
            LifeHooks hooks,
            OwnSandbox ownSandbox) {
        this.ownSandbox = ownSandbox;
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
        this.hooks = hooks;
    }

    PodEntry make(String id, PodConfig config, String handler) throws SandboxException, InterruptedException {
        try (var undo = new Rollback(reclaimer)) {
            var pod = begin(id, config, handler, undo);
            int pause = makeFilesAndPause(pod.record(), undo);
            pin(pod, pause, undo);
            attach(pod, undo);
            files.writeHosts(pod.record());
            startOwnSandbox(pod.record(), undo);
            undo.add("tell that pod " + id + " is gone", () -> hooks.podGone(pod.record()));
            hooks.podMade(pod.record(), pause);
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

    /// Side by side: neither needs the other.
    private int makeFilesAndPause(PodRecord pod, Rollback undo) throws SandboxException, InterruptedException {
        undo.add("remove the files of pod " + pod.id(), () -> files.remove(pod.id()));
        var logs = new AtomicReference<@Nullable Path>();
        undo.add("remove the log directory of pod " + pod.id(), () -> removeIfMade(logs.get()));
        undo.add("remove the pause process of pod " + pod.id(), () -> monitor.delete(pod.id(), true));
        var pause = new AtomicInteger();
        Parallel.run(List.of(() -> pause.set(startPause(pod)), () -> {
            files.write(pod);
            logs.set(PodFiles.makeLogDirectory(pod.paths().logDirectory()));
        }));
        return pause.get();
    }

    private static void removeIfMade(@Nullable Path directory) throws IOException {
        if (directory != null) {
            Files.deleteIfExists(directory);
        }
    }

    private int startPause(PodRecord pod) throws SandboxException, InterruptedException {
        try {
            return monitor.create(new ContainerRequest(
                            pod.id(),
                            layout.bundle(pod.id()),
                            specs.write(pauseSpec.of(pod)),
                            "",
                            new Rootfs.Pause(),
                            ContainerRequest.Streams.outputOnly(),
                            null,
                            Map.of(POD_LABEL, pod.id()))
                    .started());
        } catch (MonitorException e) {
            throw MonitorFailures.translate("start the pause process of pod " + pod.id(), e);
        }
    }

    /// After the network: such a sandbox looks at it once, when it starts.
    private void startOwnSandbox(PodRecord pod, Rollback undo) throws SandboxException, InterruptedException {
        var handler = settings.handlers().usable(pod.handler());
        if (handler.makesSandboxes()) {
            undo.add("remove the sandbox of pod " + pod.id(), () -> ownSandbox.delete(pod.id()));
            ownSandbox.start(pod, handler);
        }
    }

    private void pin(PodEntry pod, int pause, Rollback undo) throws SandboxException {
        undo.add("let the network namespace of pod " + pod.id() + " go", () -> namespaces.unpinNetwork(pod.id()));
        undo.add("let the namespaces of pod " + pod.id() + " go", () -> namespaces.unpin(pod.id()));
        var paths = namespaces.pin(pod.record(), pause);
        pod.change(record -> record.with(paths));
    }

    private void attach(PodEntry pod, Rollback undo) throws SandboxException, InterruptedException {
        if (pod.record().network() instanceof PodNetwork.Pending(Path namespace)) {
            undo.add("give back the network of pod " + pod.id(), () -> networks.release(pod.id()));
            var network = networks.attach(pod.record(), namespace);
            pod.change(record -> record.with(network));
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
