package io.crij.monitor;

import io.crij.oci.runtime.OciException;
import io.crij.oci.runtime.Shim;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/// Removes what is left of a container; its log stays. Every step can be repeated, so a delete that failed is simply
/// asked for again.
final class DeleteContainer {
    private static final int SIGKILL = 9;
    private static final Duration DEATH = Duration.ofSeconds(10);

    private final Containers containers;
    private final Handlers handlers;

    DeleteContainer(Containers containers, Handlers handlers) {
        this.containers = containers;
        this.handlers = handlers;
    }

    void run(String id, boolean force) throws MonitorException, OciException, IOException, InterruptedException {
        LiveContainer container = containers.lookUp(id);
        if (container == null) {
            handlers.builtIn().delete(id, force);
            return;
        }
        container.verbs.lockInterruptibly();
        try {
            if (containers.lookUp(id) == container) {
                remove(container, force);
            } else if (!force) {
                throw new OciException.NotFound(id);
            }
        } finally {
            container.verbs.unlock();
        }
    }

    private void remove(LiveContainer container, boolean force)
            throws MonitorException, OciException, IOException, InterruptedException {
        if (!container.record().stopped()) {
            refuseWhileRunning(container.record(), force);
            end(container);
        }
        Shim shim = container.shim();
        LogPump pump = container.pump();
        if (pump != null) {
            pump.close();
        }
        if (shim != null) {
            shim.release();
        }
        container.runtime().delete(container.id(), true);
        container.letGo();
        containers.remove(container);
        RecordFolder.removeEmpty(Path.of(container.record().bundle()));
    }

    private static void refuseWhileRunning(ContainerRecord record, boolean force) throws OciException {
        switch (record.status()) {
            case CREATED, STOPPED -> {}
            case CREATING, RUNNING, PAUSED -> {
                if (!force) {
                    throw new OciException.WrongState("cannot delete container " + record.id()
                            + " that is not stopped: " + record.status().name().toLowerCase(java.util.Locale.ROOT));
                }
            }
        }
    }

    /// Kills every process and waits until the exit has been recorded and told.
    private static void end(LiveContainer container) throws MonitorException, OciException, InterruptedException {
        try {
            container.runtime().kill(container.id(), SIGKILL, true);
        } catch (OciException.WrongState | OciException.NotFound e) {
            // it ended by itself just now: the exit is on its way
        }
        if (!container.stopped.await(DEATH.toNanos(), TimeUnit.NANOSECONDS)) {
            throw new MonitorException(
                    MonitorException.Code.TIMED_OUT,
                    "Tried to kill container " + container.id() + " but its process "
                            + container.record().pid()
                            + " did not end within " + DEATH.toSeconds()
                            + " s. Does it hang in the kernel? (state D in ps)",
                    0);
        }
    }
}
