package io.crij.sandbox;

import io.crij.sandbox.cni.CniNetworks;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// Brings records, monitor and kernel together at start: reads the records, takes in what happened meanwhile, finishes
/// or undoes what was half done, gives back what nobody owns.
final class Recovery {
    private static final System.Logger LOG = System.getLogger(Recovery.class.getName());
    private static final Duration MONITOR_TIME = Duration.ofSeconds(30);

    private final Layout layout;
    private final MonitorLink monitor;
    private final MonitorFeed feed;
    private final Observer observer;
    private final RecordFiles<PodRecord> podRecords;
    private final RecordFiles<ContainerRecord> containerRecords;
    private final Index<PodEntry> pods;
    private final Index<ContainerEntry> containers;
    private final Creations<PodEntry> podCreations;
    private final Creations<ContainerEntry> containerCreations;
    private final PodEnding ending;
    private final ContainerRemoval removal;
    private final CgroupParents cgroups;
    private final PodFiles files;
    private final PodNamespaces namespaces;
    private final PodNetworks networks;
    private final CniNetworks cni;
    private final RootfsStore rootfs;
    private final Reclaimer reclaimer;

    Recovery(
            Layout layout,
            MonitorLink monitor,
            MonitorFeed feed,
            Observer observer,
            RecordFiles<PodRecord> podRecords,
            RecordFiles<ContainerRecord> containerRecords,
            Index<PodEntry> pods,
            Index<ContainerEntry> containers,
            Creations<PodEntry> podCreations,
            Creations<ContainerEntry> containerCreations,
            PodEnding ending,
            ContainerRemoval removal,
            CgroupParents cgroups,
            PodFiles files,
            PodNamespaces namespaces,
            PodNetworks networks,
            CniNetworks cni,
            RootfsStore rootfs,
            Reclaimer reclaimer) {
        this.layout = layout;
        this.monitor = monitor;
        this.feed = feed;
        this.observer = observer;
        this.podRecords = podRecords;
        this.containerRecords = containerRecords;
        this.pods = pods;
        this.containers = containers;
        this.podCreations = podCreations;
        this.containerCreations = containerCreations;
        this.ending = ending;
        this.removal = removal;
        this.cgroups = cgroups;
        this.files = files;
        this.namespaces = namespaces;
        this.networks = networks;
        this.cni = cni;
        this.rootfs = rootfs;
        this.reclaimer = reclaimer;
    }

    void run() throws SandboxException, InterruptedException {
        readRecords();
        feed.start();
        if (!observer.awaitSynced(MONITOR_TIME)) {
            throw new SandboxException.MonitorUnavailable(
                    "the container monitor did not describe its containers within " + MONITOR_TIME.toSeconds()
                            + " s; look at the log of conmon-j",
                    null);
        }
        endPlugins();
        removeHalfMade();
        adopt();
        giveBackStrangers();
        giveBackNetworks();
        keepOnlyOurRootfs();
        reclaimer.background("collect garbage of the pod network", cni::collectGarbage);
    }

    /// What a request was answered with is visible from here on, so that the listener hears of what happened to it
    /// meanwhile.
    private void readRecords() throws SandboxException {
        for (var record : podRecords.load()) {
            var pod = new PodEntry(record, podRecords);
            if (!(record.state() instanceof PodState.Creating)) {
                pod.show();
            }
            pods.add(pod);
            cgroups.adopt(record.cgroupParent(), record.id());
        }
        for (var record : containerRecords.load()) {
            var container = new ContainerEntry(record, containerRecords);
            if (!(record.status() instanceof ContainerStatus.Creating)) {
                container.show();
            }
            containers.add(container);
        }
    }

    /// What plugins do for a server that was killed would cross what is done now: an address taken after it was given
    /// back is lost.
    private void endPlugins() throws SandboxException {
        try {
            cni.endOrphans();
        } catch (IOException e) {
            throw new SandboxException.StorageFailed("read the network attachments in", layout.attachments(), e);
        }
    }

    /// What no request was answered with, or a removal left, is removed as a whole.
    private void removeHalfMade() throws InterruptedException {
        var steps = new ArrayList<SingleFlight.Work>();
        for (var container : containers.all().toList()) {
            boolean orphan = pods.exact(container.record().podId()).isEmpty();
            if (orphan || container.record().status() instanceof ContainerStatus.Creating) {
                steps.add(() -> removal.remove(container));
            }
        }
        for (var pod : pods.all().toList()) {
            if (pod.record().state() instanceof PodState.Creating
                    || pod.record().state() instanceof PodState.Removing) {
                steps.add(() -> ending.remove(pod));
            }
        }
        for (var step : steps) {
            try {
                step.run();
            } catch (SandboxException e) {
                LOG.log(Level.WARNING, "A half-made pod or container could not be removed yet: " + e.getMessage());
                reclaimer.background("remove a half-made pod or container", step::run);
            }
        }
    }

    private void adopt() {
        pods.all()
                .filter(pod -> !(pod.record().state() instanceof PodState.Creating))
                .forEach(pod -> {
                    var record = pod.record();
                    podCreations.adopt(
                            record.config().metadata().key(),
                            record.id(),
                            new Pods.Request(record.config(), record.handler()),
                            pod);
                });
        containers
                .all()
                .filter(container -> !(container.record().status() instanceof ContainerStatus.Creating))
                .forEach(container -> {
                    var record = container.record();
                    containerCreations.adopt(
                            record.name(),
                            record.id(),
                            new Containers.Request(
                                    record.podId(), record.config().request()),
                            container);
                });
    }

    /// Processes, pins and files of pods and containers that no record describes.
    private void giveBackStrangers() {
        for (var id : observer.described()) {
            if (unknown(id)) {
                LOG.log(Level.WARNING, "The monitor has " + id + ", which no record describes; it is removed");
                reclaimer.now("remove the process of " + id, () -> monitor.delete(id, true));
            }
        }
        for (var id : entries(layout.pins())) {
            if (unknown(id)) {
                reclaimer.now("let the namespaces of pod " + id + " go", () -> {
                    namespaces.unpin(id);
                    networks.release(id);
                });
            }
        }
        for (var id : entries(layout.pods())) {
            if (unknown(id)) {
                reclaimer.now("remove the files of pod " + id, () -> files.remove(id));
            }
        }
    }

    /// Addresses of pods that are gone or stopped: a plugin that failed then may work now.
    private void giveBackNetworks() throws SandboxException {
        try {
            for (var attachment : cni.attached()) {
                var pod = pods.exact(attachment.containerId());
                if (pod.isEmpty() || !pod.get().record().ready()) {
                    networks.releaseInBackground(attachment.containerId());
                }
            }
        } catch (IOException e) {
            throw new SandboxException.StorageFailed("read the network attachments in", layout.attachments(), e);
        }
    }

    private void keepOnlyOurRootfs() throws SandboxException {
        var ours = containers.all().map(Entry::id).toList();
        try {
            rootfs.releaseAllBut(ours);
        } catch (IOException e) {
            LOG.log(Level.WARNING, "Root file systems of former containers could not be given back: " + e.getMessage());
        }
    }

    private boolean unknown(String id) {
        return pods.exact(OwnSandbox.podOf(id)).isEmpty()
                && containers.exact(id).isEmpty();
    }

    private static List<String> entries(Path folder) {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (var entries = Files.list(folder)) {
            return entries.map(entry -> String.valueOf(entry.getFileName())).toList();
        } catch (IOException e) {
            LOG.log(Level.WARNING, "Tried to look for what is left in " + folder + " but " + e);
            return List.of();
        }
    }
}
