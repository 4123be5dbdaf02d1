package io.crij.sandbox;

import io.crij.monitor.MonitorException;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// Ends containers: the stop signal, then SIGKILL. Each stop runs on a thread of its own and goes on when its caller
/// goes away.
final class ContainerStops {
    private static final System.Logger LOG = System.getLogger(ContainerStops.class.getName());
    private static final String GRACE = "io.kubernetes.pod.terminationGracePeriod";
    private static final Duration DEFAULT_GRACE = Duration.ofSeconds(10);
    private static final int SIGKILL = 9;
    private static final Duration BETWEEN_KILLS = Duration.ofSeconds(5);
    private static final int KILLS = 6;
    /// Longer ones are the same as this, and would overflow a nanosecond clock.
    private static final Duration LONGEST_GRACE = Duration.ofDays(36_500);

    private final MonitorLink monitor;
    private final SandboxEvents events;
    private final LifeHooks hooks;

    ContainerStops(MonitorLink monitor, SandboxEvents events, LifeHooks hooks) {
        this.monitor = monitor;
        this.events = events;
        this.hooks = hooks;
    }

    /// Returns when the container has ended.
    ///
    /// @param grace between the signals; zero is both at once
    void stop(ContainerEntry container, Duration grace) throws SandboxException, InterruptedException {
        if (container.record().status().ended()) {
            hooks.containerEnded(container.record());
            return;
        }
        var shortest = grace.compareTo(LONGEST_GRACE) < 0 ? grace : LONGEST_GRACE;
        var stop = container.beginStop(System.nanoTime() + shortest.toNanos());
        if (stop != null) {
            Thread.ofVirtual().name("stop-" + Ids.shortened(container.id())).start(() -> carryOut(container, stop));
        }
        container.awaitStopped();
        if (container.record().status().ended()) {
            hooks.containerEnded(container.record());
        }
    }

    /// The time between the signals that kubelet wrote down with the container, for stops that nobody set a time for.
    static Duration grace(ContainerRecord container) {
        String text = container.config().annotations().getOrDefault(GRACE, "");
        try {
            return text.isEmpty() ? DEFAULT_GRACE : Duration.ofSeconds(Math.max(0, Long.parseLong(text)));
        } catch (NumberFormatException _) {
            return DEFAULT_GRACE;
        }
    }

    private void carryOut(ContainerEntry container, ContainerEntry.Stop stop) {
        SandboxException failure = null;
        try {
            if (!(container.record().status() instanceof ContainerStatus.Created)) {
                if (askToEnd(container) && container.awaitEnd(stop)) {
                    return;
                }
            }
            kill(container);
        } catch (SandboxException e) {
            failure = e;
        } catch (InterruptedException e) {
            failure = new SandboxException.Cancelled("stopping container " + container.id() + " was given up");
        } finally {
            container.endStop(stop, failure);
        }
    }

    /// Sends the stop signal. That it cannot be sent does not keep SIGKILL from the container, which gets through where
    /// a runtime hangs or fails.
    ///
    /// @return whether it may have got there, so that the container has its time
    private boolean askToEnd(ContainerEntry container) throws SandboxException, InterruptedException {
        int signal = container.record().config().stopSignal();
        try {
            signal(container, signal, false);
            return true;
        } catch (SandboxException.MonitorUnavailable e) {
            // SIGKILL would not get through either, or, when the monitor is just back, without need
            throw e;
        } catch (SandboxException e) {
            LOG.log(Level.WARNING, "{0}; it gets SIGKILL instead", e.getMessage());
            return e instanceof SandboxException.TimedOut;
        }
    }

    private void kill(ContainerEntry container) throws SandboxException, InterruptedException {
        for (int attempt = 0; attempt < KILLS; attempt++) {
            signal(container, SIGKILL, true);
            if (container.await(record -> record.status().ended(), BETWEEN_KILLS)) {
                return;
            }
            ask(container);
        }
        throw new SandboxException.TimedOut(
                "container " + container.id() + " does not end on SIGKILL" + hangsOn(container)
                        + "; its process is stuck in the kernel, look at the storage or device it uses",
                BETWEEN_KILLS.multipliedBy(KILLS));
    }

    private void signal(ContainerEntry container, int signal, boolean all)
            throws SandboxException, InterruptedException {
        try {
            monitor.kill(container.id(), signal, all);
        } catch (MonitorException e) {
            switch (e.code()) {
                case NOT_FOUND -> lost(container);
                // it has ended already, the event is on its way
                case WRONG_STATE -> ask(container);
                default ->
                    throw MonitorFailures.translate("send signal " + signal + " to container " + container.id(), e);
            }
        }
    }

    /// For the case that an event was missed.
    private void ask(ContainerEntry container) throws SandboxException, InterruptedException {
        try {
            if (container.learn(monitor.state(container.id()))) {
                events.tell(new SandboxEvent.ContainerExited(container.record()));
            }
        } catch (MonitorException e) {
            if (e.code() != MonitorException.Code.NOT_FOUND) {
                throw MonitorFailures.translate("ask for the state of container " + container.id(), e);
            }
            lost(container);
        }
    }

    private void lost(ContainerEntry container) {
        if (container.lost("the monitor knows nothing of it")) {
            events.tell(new SandboxEvent.ContainerExited(container.record()));
        }
    }

    private static String hangsOn(ContainerEntry container) {
        var pid = container.record().pid();
        if (pid.isEmpty()) {
            return "";
        }
        String where = read(Path.of("/proc/" + pid.getAsInt() + "/wchan"));
        return " (process " + pid.getAsInt() + (where == null || where.isBlank() ? "" : " waits in " + where) + ")";
    }

    private static @Nullable String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException _) {
            return null;
        }
    }
}
