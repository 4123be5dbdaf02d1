package io.crij.sandbox;

import io.crij.linux.CgroupTree;
import io.crij.monitor.MonitorClient;
import io.crij.sandbox.cni.CniNetworks;
import java.io.IOException;
import java.time.Duration;
import java.util.Comparator;
import java.util.function.Consumer;

/// The pods and containers of a node: the object graph of this module. Build one, [#recover] once, use.
public final class Sandboxes implements AutoCloseable {
    private final Syncer syncer = new Syncer();
    private final Reclaimer reclaimer = new Reclaimer();
    private final CniNetworks cni;
    private final PodCidr podCidr;
    private final PodNetworks networks;
    private final MonitorFeed feed;
    private final Recovery recovery;
    private final Pods pods;
    private final Containers containers;

    /// @param hooks take part, see [LifeHooks]
    /// @param listener hears of every change, see [SandboxEvent]
    public Sandboxes(
            SandboxSettings settings,
            MonitorClient monitor,
            RootfsStore rootfs,
            LifeHooks hooks,
            Consumer<SandboxEvent> listener)
            throws IOException {
        this(
                settings,
                new MonitorLink.Client(monitor),
                new PodMounts.Real(),
                CgroupTree.detect(),
                rootfs,
                hooks,
                listener);
    }

    Sandboxes(
            SandboxSettings settings,
            MonitorLink monitor,
            PodMounts mounts,
            CgroupTree cgroupTree,
            RootfsStore rootfs,
            LifeHooks hooks,
            Consumer<SandboxEvent> listener)
            throws IOException {
        var layout = new Layout(settings.state(), settings.data(), settings.netns());
        var events = new SandboxEvents(listener);
        var ids = new Ids();
        var podIndex = new Index<PodEntry>(
                "pod", Comparator.comparing(pod -> pod.record().createdAt()));
        var containerIndex = new Index<ContainerEntry>(
                "container",
                Comparator.comparing(container -> container.record().createdAt()));
        var podRecords = new RecordFiles<>(
                settings.data(), "pod", PodRecord.class, PodRecord.VERSION, PodRecord::version, syncer);
        var containerRecords = new RecordFiles<>(
                settings.data(),
                "container",
                ContainerRecord.class,
                ContainerRecord.VERSION,
                ContainerRecord::version,
                syncer);

        var sysctls = new Sysctls(settings.defaultSysctls());
        ParentForm parents = switch (settings.cgroupDriver()) {
            case CGROUPFS -> new FolderParents(cgroupTree);
            case SYSTEMD -> new SliceParents(cgroupTree);
        };
        var cgroups = new CgroupParents(cgroupTree, parents, settings.cgroupParent());
        var files = new PodFiles(layout, mounts, settings.shmSize());
        var namespaces = new PodNamespaces(layout, mounts);
        cni = new CniNetworks(
                settings.cniConfigDirectory(),
                settings.cniDefaultNetwork(),
                settings.cniPluginDirectories(),
                layout.attachments(),
                settings.cniTimeout());
        podCidr = new PodCidr(settings.data());
        networks = new PodNetworks(cni, namespaces, podCidr, reclaimer, events);

        var stops = new ContainerStops(monitor, events, hooks);
        var containerCreations = new Creations<ContainerEntry>("container", ids, settings.keepUnclaimed());
        var removal = new ContainerRemoval(
                monitor, stops, containerIndex, containerRecords, rootfs, cgroups, containerCreations, events, hooks);
        var podCreations = new Creations<PodEntry>("pod", ids, settings.keepUnclaimed());
        var ownSandbox = new OwnSandbox(layout, monitor);
        var ending = new PodEnding(
                settings,
                monitor,
                podIndex,
                podRecords,
                containerIndex,
                stops,
                removal,
                cgroups,
                files,
                namespaces,
                networks,
                reclaimer,
                podCreations,
                events,
                hooks,
                ownSandbox);
        containerCreations.discardWith(container ->
                reclaimer.background("remove container " + container.id(), () -> removal.remove(container)));
        podCreations.discardWith(pod -> reclaimer.background("remove pod " + pod.id(), () -> ending.remove(pod)));

        pods = new Pods(
                podIndex,
                new PodChecks(settings.handlers(), sysctls, cgroups),
                podCreations,
                new PodCreation(
                        settings,
                        layout,
                        monitor,
                        podIndex,
                        podRecords,
                        cgroups,
                        files,
                        namespaces,
                        networks,
                        new PauseSpec(sysctls),
                        reclaimer,
                        hooks,
                        ownSandbox),
                ending,
                events);
        containers = new Containers(
                monitor,
                podIndex,
                containerIndex,
                containerRecords,
                containerCreations,
                new ContainerCreation(
                        layout,
                        settings.handlers(),
                        monitor,
                        containerIndex,
                        containerRecords,
                        rootfs,
                        reclaimer,
                        events,
                        hooks),
                new ContainerStarts(monitor, podIndex, events, hooks),
                stops,
                removal,
                events);
        var observer = new Observer(monitor, podIndex, containerIndex, events, ending);
        feed = new MonitorFeed(monitor, observer::on, observer::begin);
        recovery = new Recovery(
                layout,
                monitor,
                feed,
                observer,
                podRecords,
                containerRecords,
                podIndex,
                containerIndex,
                podCreations,
                containerCreations,
                ending,
                removal,
                cgroups,
                files,
                namespaces,
                networks,
                cni,
                rootfs,
                reclaimer);
    }

    /// Reads the records, compares them with what the monitor has, repairs, gives back what nobody owns. Before it
    /// returns nothing else may be called.
    public void recover() throws SandboxException, InterruptedException {
        recovery.run();
    }

    public Pods pods() {
        return pods;
    }

    public Containers containers() {
        return containers;
    }

    /// Whether a usable CNI network is configured, and if not why.
    public NetworkCondition network() throws InterruptedException {
        return networks.condition();
    }

    /// Whether that is known without looking again: it was usable within that time, and its configuration has not
    /// changed since. Waits for nothing.
    public boolean networkUsableWithin(Duration time) {
        return cni.usableWithin(time);
    }

    /// The CNI configuration as it was read, for people (JSON).
    public String networkConfiguration() {
        return cni.describe().toString();
    }

    /// The node's range of pod addresses (UpdateRuntimeConfig), for plugins that take it as `ipRanges`; one or, with
    /// two families, two separated by a comma.
    public void podCidr(String cidr) throws SandboxException {
        podCidr.set(cidr);
    }

    /// Stops threads of its own; pods and containers run on.
    @Override
    public void close() {
        feed.close();
        reclaimer.close();
        cni.close();
        syncer.close();
    }
}
