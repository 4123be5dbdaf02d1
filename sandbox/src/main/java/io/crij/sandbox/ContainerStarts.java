package io.crij.sandbox;

import io.crij.monitor.MonitorException;
import java.time.Instant;

/// Starts created containers.
final class ContainerStarts {
    private static final int FAILED = 128;

    private final MonitorLink monitor;
    private final Index<PodEntry> pods;
    private final SandboxEvents events;
    private final LifeHooks hooks;
    private final SingleFlight flights = new SingleFlight();

    ContainerStarts(MonitorLink monitor, Index<PodEntry> pods, SandboxEvents events, LifeHooks hooks) {
        this.monitor = monitor;
        this.pods = pods;
        this.events = events;
        this.hooks = hooks;
    }

    void start(ContainerEntry container) throws SandboxException, InterruptedException {
        if (!container.record().status().canStart()) {
            throw new SandboxException.WrongState("container " + container.id() + " cannot be started: it is "
                    + words(container.record().status()));
        }
        flights.run("start-" + container.id(), () -> carryOut(container));
    }

    private void carryOut(ContainerEntry container) throws SandboxException, InterruptedException {
        var pod = pods.exact(container.record().podId())
                .orElseThrow(() ->
                        new SandboxException.NotFound("pod", container.record().podId()));
        pod.enter();
        container.hold();
        try {
            hooks.containerStarting(container.record());
            begin(container);
        } finally {
            if (container.release()) {
                events.tell(new SandboxEvent.ContainerExited(container.record()));
            }
            pod.leave();
        }
    }

    private void begin(ContainerEntry container) throws SandboxException, InterruptedException {
        // before: a process may end before this thread goes on
        var at = Instant.now();
        try {
            monitor.start(container.id());
        } catch (MonitorException e) {
            if (!runs(container, e)) {
                throw failed(container, e);
            }
        }
        started(container, at);
    }

    /// Whether it was started already by a call whose answer this process, or the one before it, did not live to see.
    private boolean runs(ContainerEntry container, MonitorException e) throws InterruptedException {
        if (e.code() != MonitorException.Code.WRONG_STATE) {
            return false;
        }
        try {
            var facts = monitor.state(container.id());
            container.learn(facts);
            return facts.startedAt() != null;
        } catch (MonitorException _) {
            return false; // the first failure tells more
        }
    }

    private void started(ContainerEntry container, Instant at) throws InterruptedException {
        container.observe(record -> record.status() instanceof ContainerStatus.Created(int pid)
                ? record.with(new ContainerStatus.Running(at, pid))
                : record);
        if (container.record().status().running()) {
            events.tell(new SandboxEvent.ContainerStarted(container.record()));
            hooks.containerStarted(container.record());
        }
    }

    private SandboxException failed(ContainerEntry container, MonitorException e) {
        var failure = MonitorFailures.translate("start container " + container.id(), e);
        // whether it runs then is not known; the monitor tells when it is there again
        if (e.code() != MonitorException.Code.CONNECTION_LOST) {
            container.observe(record -> record.status().canStart()
                    ? record.with(new ContainerStatus.Exited(
                            null, Instant.now(), FAILED, "StartError", String.valueOf(failure.getMessage())))
                    : record);
            events.tell(new SandboxEvent.ContainerExited(container.record()));
        }
        return failure;
    }

    static String words(ContainerStatus status) {
        return switch (status) {
            case ContainerStatus.Creating _ -> "being created";
            case ContainerStatus.Created _ -> "created";
            case ContainerStatus.Running _ -> "running";
            case ContainerStatus.Exited exited -> "exited with code " + exited.code() + " (" + exited.reason() + ")";
            case ContainerStatus.Unknown _ -> "in an unknown state";
        };
    }
}
