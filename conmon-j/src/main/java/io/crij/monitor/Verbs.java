package io.crij.monitor;

import io.crij.linux.WindowSize;
import io.crij.monitor.proto.Event;
import io.crij.monitor.proto.Kill;
import io.crij.monitor.proto.Resize;
import io.crij.monitor.proto.Update;
import io.crij.oci.runtime.OciException;
import io.crij.oci.runtime.Shim;
import io.crij.oci.spec.LinuxResources;
import io.crij.oci.spec.SpecReader;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;

/// What can be asked of a container that is there. Verbs on one container wait for each other, but a kill does not
/// wait.
final class Verbs {
    private static final Duration OPEN_LOG = Duration.ofSeconds(10);

    private final Containers containers;
    private final SpecReader specs = new SpecReader();

    Verbs(Containers containers) {
        this.containers = containers;
    }

    private interface Step {
        void run(LiveContainer container) throws MonitorException, OciException, IOException, InterruptedException;
    }

    private void inTurn(String id, Step step) throws MonitorException, OciException, IOException, InterruptedException {
        LiveContainer container = containers.find(id);
        container.verbs.lockInterruptibly();
        try {
            step.run(container);
        } finally {
            container.verbs.unlock();
        }
    }

    void start(String id) throws MonitorException, OciException, IOException, InterruptedException {
        inTurn(id, container -> {
            require(container, "start", ContainerRecord.Status.CREATED);
            // held, so that the exit of a short process is told after its start
            container.facts.lock();
            try {
                // before: a process may end before this thread goes on
                Instant at = Instant.now();
                container.runtime().start(id);
                containers.change(container, record -> record.started(at), Event.Type.STARTED);
            } finally {
                container.facts.unlock();
            }
        });
    }

    void kill(Kill request) throws MonitorException, OciException {
        LiveContainer container = containers.find(request.getContainerId());
        if (container.record().stopped()) {
            throw new OciException.WrongState("container not running: " + container.id());
        }
        if (request.getSignal() < 0 || request.getSignal() > 64) {
            throw new MonitorException(
                    MonitorException.Code.INVALID, "signal " + request.getSignal() + " is not between 0 and 64", 0);
        }
        container.runtime().kill(container.id(), request.getSignal(), request.getAll());
    }

    void pause(String id) throws MonitorException, OciException, IOException, InterruptedException {
        inTurn(id, container -> {
            require(container, "pause", ContainerRecord.Status.RUNNING);
            container.runtime().pause(id);
            containers.change(container, ContainerRecord::paused, null);
        });
    }

    void resume(String id) throws MonitorException, OciException, IOException, InterruptedException {
        inTurn(id, container -> {
            require(container, "resume", ContainerRecord.Status.PAUSED);
            container.runtime().resume(id);
            containers.change(container, ContainerRecord::resumed, null);
        });
    }

    void update(Update request) throws MonitorException, OciException, IOException, InterruptedException {
        LinuxResources resources = specs.resources(request.getResources().toByteArray());
        inTurn(request.getContainerId(), container -> {
            if (container.record().stopped()) {
                throw new OciException.WrongState("container not running: " + container.id());
            }
            container.runtime().update(container.id(), resources);
            if (request.hasOomScoreAdj()) {
                OomScores.adjust(container.runtime().pids(container.id()), request.getOomScoreAdj());
            }
        });
    }

    void reopenLog(String id) throws MonitorException, OciException, IOException, InterruptedException {
        inTurn(id, container -> {
            LogPump pump = container.pump();
            String path = container.record().logPath();
            if (path.isEmpty() || pump == null) {
                throw new MonitorException(
                        MonitorException.Code.WRONG_STATE, "container " + id + " was created without a log file", 0);
            }
            if (container.record().stopped()) {
                throw new OciException.WrongState(
                        "Tried to reopen the log of container " + id + " but it is not running; its log is complete");
            }
            pump.reopen(Path.of(path), OPEN_LOG);
        });
    }

    void resize(Resize request) throws MonitorException, OciException {
        LiveContainer container = containers.find(request.getContainerId());
        Shim shim = container.shim();
        if (shim == null || container.record().stopped()) {
            throw new OciException.WrongState("container not running: " + container.id());
        }
        shim.resize(new WindowSize(request.getHeight(), request.getWidth()));
    }

    private static void require(LiveContainer container, String verb, ContainerRecord.Status wanted)
            throws OciException {
        ContainerRecord.Status status = container.record().status();
        if (status != wanted) {
            throw new OciException.WrongState("cannot " + verb + " container " + container.id() + ": it is "
                    + status.name().toLowerCase(Locale.ROOT) + ", not "
                    + wanted.name().toLowerCase(Locale.ROOT));
        }
    }
}
