package io.crij.server.metrics;

import io.crij.monitor.MonitorClient;
import io.crij.sandbox.Containers;
import io.crij.sandbox.Pods;
import io.crij.sandbox.SandboxEvent;
import io.crij.server.config.Config;
import io.crij.server.events.ContainerEvents;
import io.prometheus.client.CollectorRegistry;
import io.prometheus.client.Gauge;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The metrics of the server itself, and where Prometheus gets them. Every label has a bounded number of values: none
/// is the name of a pod, container or image.
public final class ServerMetrics implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ServerMetrics.class);

    private final CollectorRegistry registry = new CollectorRegistry();
    private final LifeMetrics life = new LifeMetrics(registry);
    private final PullMetrics pulls = new PullMetrics(registry);
    private final Gauge recovery = Gauge.build(
                    "crij_recovery_seconds", "How long the server took at its start to find pods and containers again.")
            .register(registry);
    private final Deque<Runnable> ends = new ArrayDeque<>();

    /// @param version of this program
    public ServerMetrics(String version) {
        Gauge.build("crij_build_info", "Always 1; what runs is in the labels.")
                .labelNames("version", "java")
                .register(registry)
                .labels(version, Runtime.version().toString())
                .set(1);
    }

    public CollectorRegistry registry() {
        return registry;
    }

    public PullMetrics pulls() {
        return pulls;
    }

    /// Hears what becomes of pods and containers.
    public void on(SandboxEvent event) {
        life.on(event);
    }

    public void recovered(Duration took) {
        recovery.set(took.toNanos() / 1e9);
    }

    /// Serves them if the configuration says so. A port that cannot be had is no reason to have no node.
    public void serve(
            Config.Metrics config, Pods pods, Containers containers, ContainerEvents events, MonitorClient monitor) {
        if (config.port() == 0) {
            return;
        }
        registry.register(new JvmMetrics());
        registry.register(new NodeMetrics(pods, containers, events));
        var watch = new MonitorWatch(monitor);
        registry.register(watch);
        try {
            var port = new MetricsPort(InetAddress.ofLiteral(config.address()), config.port(), registry);
            ends.push(port::close);
            watch.start();
            ends.push(watch::close);
            LOG.info("metrics are at http://{}:{}/metrics", config.address(), config.port());
        } catch (IOException e) {
            LOG.error("{}; there are no metrics until the server is started anew", e.getMessage());
        }
    }

    @Override
    public void close() {
        while (!ends.isEmpty()) {
            ends.pop().run();
        }
    }
}
