package io.crij.server.metrics;

import io.crij.monitor.MonitorClient;
import io.crij.monitor.MonitorException;
import java.time.Duration;
import java.util.List;

/// Asks the container monitor every some seconds whether it is there, on a virtual thread of its own, so that
/// Prometheus
/// never waits for it.
final class MonitorWatch extends Sampled implements AutoCloseable {
    private static final Duration PACE = Duration.ofSeconds(5);
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final MonitorClient monitor;
    private final Thread thread = Thread.ofVirtual().name("monitor-watch").unstarted(this::work);
    private volatile Seen seen = new Seen(0, 0, 0);

    /// @param at System.nanoTime of the last answer
    /// @param restarts how often another one answered
    private record Seen(long pid, long at, long restarts) {}

    MonitorWatch(MonitorClient monitor) {
        this.monitor = monitor;
    }

    void start() {
        thread.start();
    }

    private void work() {
        try {
            while (true) {
                ask();
                Thread.sleep(PACE);
            }
        } catch (InterruptedException _) {
            // closed
        }
    }

    private void ask() throws InterruptedException {
        try {
            long pid = monitor.hello().pid();
            var before = seen;
            boolean another = before.pid() != 0 && before.pid() != pid;
            seen = new Seen(pid, System.nanoTime(), before.restarts() + (another ? 1 : 0));
        } catch (MonitorException e) {
            // what is not answered ages
            System.getLogger(MonitorWatch.class.getName())
                    .log(System.Logger.Level.DEBUG, "The monitor does not answer: {0}", e.getMessage());
        }
    }

    @Override
    void collect(List<MetricFamilySamples> families) {
        var now = seen;
        boolean up = now.pid() != 0 && System.nanoTime() - now.at() < PATIENCE.toNanos();
        gauge(families, "crij_monitor_up", "Whether the container monitor answers.", up ? 1 : 0);
        counter(
                families,
                "crij_monitor_restarts",
                "How often another container monitor has answered since this server began.",
                now.restarts());
        gauge(
                families,
                "crij_monitor_resident_memory_bytes",
                "Memory of the container monitor, as the kernel sees it.",
                up ? JvmMetrics.residentBytes(now.pid()) : 0);
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
