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
        List<RecordFolder.Found> records = folder.loadAll();
        try (ExecutorService tasks = Executors.newVirtualThreadPerTaskExecutor()) {
            for (RecordFolder.Found found : records) {
                tasks.execute(() -> takeSafely(found));
            }
        }
        if (!records.isEmpty()) {
            LOG.log(System.Logger.Level.INFO, "took over " + containers.all().size() + " containers");
        }
    }

    private void takeSafely(RecordFolder.Found found) {
        String id = switch (found) {
            case RecordFolder.Found.Whole(ContainerRecord record) -> record.id();
            case RecordFolder.Found.Torn torn -> torn.id();
        };
        try {
            switch (found) {
                case RecordFolder.Found.Whole(ContainerRecord record) -> take(record);
                case RecordFolder.Found.Torn torn -> rescue(torn);
            }
        } catch (MonitorException | OciException | IOException | RuntimeException e) {
            LOG.log(System.Logger.Level.ERROR, "container " + id + " could not be taken over", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// A container without a readable record is watched over with what its runtime knows; when no runtime knows it,
    /// nothing is left of it but our files.
    private void rescue(RecordFolder.Found.Torn torn)
            throws MonitorException, OciException, IOException, InterruptedException {
        try {
            MonitoredRuntime runtime = Handlers.foundIn(folder.containers(), torn.id());
            ContainerState state = handlers.find("", runtime).state(torn.id());
            LOG.log(
                    System.Logger.Level.ERROR,
                    "the record of container " + torn.id() + " cannot be read (" + torn.why()
                            + "): it is watched over, but its output is not logged any more. Delete it and make it"
                            + " anew");
            ContainerRecord record = ContainerRecord.rescued(state, "", runtime);
            folder.save(record);
            take(record);
            return;
        } catch (OciException.NotFound e) {
            LOG.log(System.Logger.Level.DEBUG, "no runtime knows " + torn.id());
        }
        LOG.log(
                System.Logger.Level.WARNING,
                "the record of container " + torn.id() + " cannot be read (" + torn.why()
                        + ") and no runtime knows it: what is left of it is removed");
        folder.remove(torn.id());
    }

    private void take(ContainerRecord record) throws MonitorException, OciException, IOException, InterruptedException {
        OciRuntime runtime = handlers.find(record.handler(), record.monitoredRuntime());
        if (record.status() == ContainerRecord.Status.CREATING) {
            runtime.delete(record.id(), true);
            folder.remove(record.id());
            return;
        }
        LiveContainer container = new LiveContainer(runtime, record);
        containers.add(container);
        new ExecNotes(folder).endAll(container);
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
            Instant now = Instant.now();
            if (container.runtime().state(container.id()).status() == ContainerState.Status.RUNNING) {
                containers.change(container, record -> record.started(now), null);
            }
        } catch (OciException e) {
            LOG.log(System.Logger.Level.WARNING, "the state of container " + container.id() + " is unknown", e);
        }
    }
}
