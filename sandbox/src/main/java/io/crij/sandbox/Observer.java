package io.crij.sandbox;

import io.crij.monitor.MonitorEvent;
import io.crij.monitor.MonitorException;
import io.crij.monitor.MonitoredContainer;
import io.crij.oci.runtime.ContainerState;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// Takes what the monitor tells into the records. Called by the [MonitorFeed] only.
final class Observer {
    private static final System.Logger LOG = System.getLogger(Observer.class.getName());

    private final MonitorLink monitor;
    private final Index<PodEntry> pods;
    private final Index<ContainerEntry> containers;
    private final SandboxEvents events;
    private final PodEnding ending;
    private final CountDownLatch synced = new CountDownLatch(1);
    /// What the current subscription has described; guarded by itself.
    private final Set<String> described = new HashSet<>();

    Observer(
            MonitorLink monitor,
            Index<PodEntry> pods,
            Index<ContainerEntry> containers,
            SandboxEvents events,
            PodEnding ending) {
        this.monitor = monitor;
        this.pods = pods;
        this.containers = containers;
        this.events = events;
        this.ending = ending;
    }

    /// A subscription begins.
    void begin() {
        synchronized (described) {
            described.clear();
        }
    }

    /// Waits until everything the monitor had at the first subscription has been taken in.
    ///
    /// @return false when the time was over
    boolean awaitSynced(Duration time) throws InterruptedException {
        return synced.await(time.toMillis(), TimeUnit.MILLISECONDS);
    }

    /// Ids of all that the monitor described; of its containers those that are not ours too.
    Set<String> described() {
        synchronized (described) {
            return Set.copyOf(described);
        }
    }

    void on(MonitorEvent event) {
        switch (event) {
            case MonitorEvent.Current(MonitoredContainer facts) -> {
                synchronized (described) {
                    described.add(facts.id());
                }
                learn(facts);
            }
            case MonitorEvent.Synced _ -> synced();
            case MonitorEvent.Started started -> learn(started.container());
            case MonitorEvent.Exited exited -> learn(exited.container());
            // the exit that may follow has the fact too
            case MonitorEvent.OutOfMemory _ -> {}
            // each is the outcome of a call of ours
            case MonitorEvent.Created _, MonitorEvent.Deleted _ -> {}
        }
    }

    private void learn(MonitoredContainer facts) {
        var container = containers.exact(facts.id());
        if (container.isPresent()) {
            if (container.get().learn(facts) && container.get().visible()) {
                events.tell(new SandboxEvent.ContainerExited(container.get().record()));
            }
            return;
        }
        if (facts.status() == ContainerState.Status.STOPPED) {
            pods.exact(OwnSandbox.podOf(facts.id())).ifPresent(pod -> pauseEnded(pod, "its pause process ended"));
        }
    }

    private void pauseEnded(PodEntry pod, String reason) {
        try {
            ending.turnNotReady(pod, reason);
        } catch (SandboxException e) {
            LOG.log(Level.ERROR, "Pod " + pod.id() + " is not ready (" + reason + "), but " + e.getMessage());
        }
    }

    /// What the monitor did not describe may be younger than its list, so it is asked.
    private void synced() {
        var seen = described();
        containers
                .all()
                .filter(container -> !seen.contains(container.id()) && !container.held() && vanished(container.id()))
                .forEach(container -> {
                    if (container.lost("it was gone when the monitor was asked, so nobody saw it end")) {
                        events.tell(new SandboxEvent.ContainerExited(container.record()));
                    }
                });
        pods.all()
                .filter(pod -> pod.record().ready() && !seen.contains(pod.id()) && vanished(pod.id()))
                .forEach(pod -> pauseEnded(pod, "its pause process is gone, as after a restart of the node"));
        synced.countDown();
    }

    private boolean vanished(String id) {
        try {
            monitor.state(id);
            return false;
        } catch (MonitorException e) {
            return e.code() == MonitorException.Code.NOT_FOUND;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
