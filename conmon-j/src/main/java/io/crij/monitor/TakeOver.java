package io.crij.monitor;

import io.crij.oci.runtime.ContainerState;
import io.crij.oci.runtime.OciException;
import io.crij.oci.runtime.OciRuntime;
import io.crij.oci.runtime.Shim;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/// Takes over what an earlier monitor left: containers go on being logged and watched, exits that happened meanwhile
/// are recorded, and creates that were under way are undone.
final class TakeOver {
    private static final System.Logger LOG = System.getLogger(TakeOver.class.getName());

    private final Containers containers;
    private final RecordFolder folder;
    private final Handlers handlers;
    private final Supervision supervision;

    TakeOver(Containers containers, RecordFolder folder, Handlers handlers, Supervision supervision) {
        this.containers = containers;
        this.folder = folder;
        this.handlers = handlers;
        this.supervision = supervision;
    }

    /// Returns when every container has been looked at.
    void run() throws IOException {
        List<ContainerRecord> records = folder.loadAll();
        try (ExecutorService tasks = Executors.newVirtualThreadPerTaskExecutor()) {
            for (ContainerRecord record : records) {
                tasks.execute(() -> takeSafely(record));
            }
        }
        if (!records.isEmpty()) {
            LOG.log(System.Logger.Level.INFO, "took over " + containers.all().size() + " containers");
        }
    }

    private void takeSafely(ContainerRecord record) {
        try {
            take(record);
        } catch (MonitorException | OciException | IOException | RuntimeException e) {
            LOG.log(System.Logger.Level.ERROR, "container " + record.id() + " could not be taken over", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void take(ContainerRecord record) throws MonitorException, OciException, IOException, InterruptedException {
        OciRuntime runtime = handlers.find(record.handler());
        if (record.status() == ContainerRecord.Status.CREATING) {
            runtime.delete(record.id(), true);
            folder.remove(record.id());
            return;
        }
        LiveContainer container = new LiveContainer(runtime, record);
        containers.add(container);
        if (record.stopped() && record.acknowledged()) {
            return;
        }
        Shim shim;
        try {
            shim = runtime.reopen(record.id());
        } catch (OciException e) {
            if (!record.stopped()) {
                LOG.log(
                        System.Logger.Level.ERROR,
                        "the shim of container " + record.id() + " is gone, its exit status is unknown: "
                                + e.getMessage());
                supervision.lost(container);
            }
            return;
        }
        catchUp(container);
        supervision.begin(container, shim);
    }

    /// The monitor may have been killed between a verb and its record.
    private void catchUp(LiveContainer container) throws IOException {
        if (container.record().status() != ContainerRecord.Status.CREATED) {
            return;
        }
        try {
            if (container.runtime().state(container.id()).status() == ContainerState.Status.RUNNING) {
                Instant now = Instant.now();
                containers.change(container, record -> record.started(now), null);
            }
        } catch (OciException e) {
            LOG.log(System.Logger.Level.WARNING, "the state of container " + container.id() + " is unknown", e);
        }
    }
}
