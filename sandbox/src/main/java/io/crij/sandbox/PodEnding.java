package io.crij.sandbox;

import io.crij.monitor.MonitorException;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/// Stops and removes pods. Every step may be repeated; the record goes last.
final class PodEnding {
    private static final Duration PATIENCE_WITH_MAKERS = Duration.ofSeconds(5);

    private final SandboxSettings settings;
    private final MonitorLink monitor;
    private final Index<PodEntry> pods;
    private final RecordFiles<PodRecord> records;
    private final Index<ContainerEntry> containers;
    private final ContainerStops stops;
    private final ContainerRemoval removal;
    private final CgroupParents cgroups;
    private final PodFiles files;
    private final PodNamespaces namespaces;
    private final PodNetworks networks;
    private final Reclaimer reclaimer;
    private final Creations<PodEntry> creations;
    private final SandboxEvents events;
    private final LifeHooks hooks;
    private final OwnSandbox ownSandbox;
    private final SingleFlight flights = new SingleFlight();

    PodEnding(
            SandboxSettings settings,
            MonitorLink monitor,
            Index<PodEntry> pods,
            RecordFiles<PodRecord> records,
            Index<ContainerEntry> containers,
            ContainerStops stops,
            ContainerRemoval removal,
            CgroupParents cgroups,
            PodFiles files,
            PodNamespaces namespaces,
            PodNetworks networks,
            Reclaimer reclaimer,
            Creations<PodEntry> creations,
            SandboxEvents events,
            LifeHooks hooks,
            OwnSandbox ownSandbox) {
        this.ownSandbox = ownSandbox;
        this.settings = settings;
        this.monitor = monitor;
        this.pods = pods;
        this.records = records;
        this.containers = containers;
        this.stops = stops;
        this.removal = removal;
        this.cgroups = cgroups;
        this.files = files;
        this.namespaces = namespaces;
        this.networks = networks;
        this.reclaimer = reclaimer;
        this.creations = creations;
        this.events = events;
        this.hooks = hooks;
    }

    void stop(PodEntry pod) throws SandboxException, InterruptedException {
        flights.run("stop-" + pod.id(), () -> carryOutStop(pod));
    }

    private void carryOutStop(PodEntry pod) throws SandboxException, InterruptedException {
        turnNotReady(pod, "stopped on request");
        pod.awaitMakers(PATIENCE_WITH_MAKERS);
        var steps = new ArrayList<SingleFlight.Work>();
        for (var container : in(pod)) {
            steps.add(() -> stops.stop(container, ContainerStops.grace(container.record())));
        }
        Parallel.run(steps);
        hooks.podStopped(pod.record());
        giveUpProcessAndNetwork(pod);
        if (!(pod.record().network() instanceof PodNetwork.Host)) {
            pod.update(record -> record.with(new PodNetwork.Released()));
        }
    }

    /// @param reason one sentence
    void turnNotReady(PodEntry pod, String reason) throws SandboxException.StorageFailed {
        var before = pod.record();
        var after = pod.update(
                record -> record.ready() ? record.with(new PodState.NotReady(Instant.now(), reason)) : record);
        if (before.ready() && after != before && pod.visible()) {
            events.tell(new SandboxEvent.PodNotReady(after));
        }
    }

    /// Force: containers are killed at once.
    void remove(PodEntry pod) throws SandboxException, InterruptedException {
        flights.run("remove-" + pod.id(), () -> carryOutRemoval(pod));
    }

    private void carryOutRemoval(PodEntry pod) throws SandboxException, InterruptedException {
        String id = pod.id();
        if (pods.exact(id).isEmpty()) {
            return;
        }
        pod.update(
                record -> record.state() instanceof PodState.Removing ? record : record.with(new PodState.Removing()));
        pod.awaitMakers(PATIENCE_WITH_MAKERS);
        var steps = new ArrayList<SingleFlight.Work>();
        for (var container : in(pod)) {
            steps.add(() -> removal.remove(container));
        }
        Parallel.run(steps);
        hooks.podStopped(pod.record());
        giveUpProcessAndNetwork(pod);
        var record = pod.record();
        hooks.podGone(record);
        reclaimer.now("remove the files of pod " + id, () -> files.remove(id));
        reclaimer.now("leave cgroup " + record.cgroupParent(), () -> leaveCgroup(record));
        reclaimer.now("remove the log directory of pod " + id, () -> removeOwnLogs(record));
        forget(pod);
    }

    private void forget(PodEntry pod) throws SandboxException.StorageFailed {
        String id = pod.id();
        try {
            pods.remove(id);
            records.delete(id);
        } catch (IOException e) {
            pods.add(pod);
            throw new SandboxException.StorageFailed("remove the record of pod " + id + " in", records.folder(id), e);
        }
        creations.forget(pod.record().config().metadata().key(), id);
        if (pod.visible()) {
            events.tell(new SandboxEvent.PodRemoved(pod.record()));
        }
    }

    private void giveUpProcessAndNetwork(PodEntry pod) throws SandboxException, InterruptedException {
        ownSandbox.delete(pod.id());
        var steps = new ArrayList<SingleFlight.Work>();
        if (needsDetaching(pod.record().network())) {
            steps.add(() -> networks.release(pod.id()));
        }
        steps.add(() -> deletePause(pod.id()));
        Parallel.run(steps);
        reclaimer.now("let the namespaces of pod " + pod.id() + " go", () -> namespaces.unpin(pod.id()));
    }

    private static boolean needsDetaching(PodNetwork network) {
        return switch (network) {
            case PodNetwork.Pending _, PodNetwork.Attached _ -> true;
            case PodNetwork.Host _, PodNetwork.Released _ -> false;
        };
    }

    private void deletePause(String id) throws SandboxException, InterruptedException {
        try {
            monitor.delete(id, true);
        } catch (MonitorException e) {
            throw MonitorFailures.translate("remove the pause process of pod " + id, e);
        }
    }

    private void leaveCgroup(PodRecord pod) throws IOException, InterruptedException {
        cgroups.leave(pod.cgroupParent(), pod.id(), pod.cgroupParentMade());
    }

    /// Logs in a folder that nobody named are nobody's after the pod.
    private void removeOwnLogs(PodRecord pod) throws IOException {
        if (!pod.config().logDirectory().isEmpty()) {
            return;
        }
        Path folder = settings.logs().resolve(pod.id());
        if (!Files.isDirectory(folder)) {
            return;
        }
        try (var logs = Files.list(folder)) {
            for (var log : logs.filter(Files::isRegularFile).toList()) {
                Files.deleteIfExists(log);
            }
        }
        try {
            Files.deleteIfExists(folder);
        } catch (DirectoryNotEmptyException _) {
            // folders that a log path named
        }
    }

    private List<ContainerEntry> in(PodEntry pod) {
        return containers
                .all()
                .filter(container -> container.record().podId().equals(pod.id()))
                .toList();
    }
}
