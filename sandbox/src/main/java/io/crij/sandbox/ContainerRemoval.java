package io.crij.sandbox;

import io.crij.monitor.MonitorException;
import java.io.IOException;
import java.time.Duration;

/// Removes a container with all that it has. Every step may be repeated, the record goes last.
final class ContainerRemoval {
    private final MonitorLink monitor;
    private final ContainerStops stops;
    private final Index<ContainerEntry> containers;
    private final RecordFiles<ContainerRecord> records;
    private final RootfsStore rootfs;
    private final CgroupParents cgroups;
    private final Creations<ContainerEntry> creations;
    private final SandboxEvents events;
    private final LifeHooks hooks;
    private final SingleFlight flights = new SingleFlight();

    ContainerRemoval(
            MonitorLink monitor,
            ContainerStops stops,
            Index<ContainerEntry> containers,
            RecordFiles<ContainerRecord> records,
            RootfsStore rootfs,
            CgroupParents cgroups,
            Creations<ContainerEntry> creations,
            SandboxEvents events,
            LifeHooks hooks) {
        this.monitor = monitor;
        this.stops = stops;
        this.containers = containers;
        this.records = records;
        this.rootfs = rootfs;
        this.cgroups = cgroups;
        this.creations = creations;
        this.events = events;
        this.hooks = hooks;
    }

    /// Kills it if need be.
    void remove(ContainerEntry container) throws SandboxException, InterruptedException {
        flights.run("remove-" + container.id(), () -> carryOut(container));
    }

    private void carryOut(ContainerEntry container) throws SandboxException, InterruptedException {
        String id = container.id();
        if (containers.exact(id).isEmpty()) {
            return;
        }
        if (!(container.record().status() instanceof ContainerStatus.Creating)) {
            stops.stop(container, Duration.ZERO);
        }
        try {
            monitor.delete(id, true);
        } catch (MonitorException e) {
            throw MonitorFailures.translate("remove the process of container " + id, e);
        }
        // while its record can still be read
        hooks.containerGone(container.record());
        try {
            if (container.record().status() instanceof ContainerStatus.Exited exited
                    && exited.reason().equals("Unknown")) {
                cgroups.removeLeaf(container.record().cgroup());
            }
            rootfs.release(id);
            containers.remove(id);
            records.delete(id);
        } catch (IOException e) {
            containers.add(container);
            throw new SandboxException.StorageFailed(
                    "remove the root file system and record of container " + id + " in", records.folder(id), e);
        }
        creations.forget(container.record().name(), id);
        if (container.visible()) {
            events.tell(new SandboxEvent.ContainerRemoved(container.record()));
        }
    }
}
