package io.crij.server.metrics;

import io.crij.sandbox.ContainerStatus;
import io.crij.sandbox.SandboxEvent;
import io.prometheus.client.CollectorRegistry;
import io.prometheus.client.Counter;
import io.prometheus.client.Histogram;
import java.util.Locale;

/// What pods and containers go through: how containers end, and how the network plugins do.
final class LifeMetrics {
    private static final double[] SECONDS = {0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60};

    private final Counter exits;
    private final Counter network;
    private final Histogram networkSeconds;

    LifeMetrics(CollectorRegistry registry) {
        exits = Counter.build(
                        "crij_container_exits_total",
                        "Ends of containers by reason: Completed, Error, OOMKilled, StartError, Unknown.")
                .labelNames("reason")
                .register(registry);
        network = Counter.build("crij_cni_operations_total", "Runs of the network plugins for a pod, by outcome.")
                .labelNames("operation", "outcome")
                .register(registry);
        networkSeconds = Histogram.build("crij_cni_operation_seconds", "How long they took.")
                .labelNames("operation")
                .buckets(SECONDS)
                .register(registry);
        exits.labels("OOMKilled");
    }

    void on(SandboxEvent event) {
        switch (event) {
            case SandboxEvent.ContainerExited exited -> {
                if (exited.container().status() instanceof ContainerStatus.Exited end) {
                    exits.labels(end.reason()).inc();
                }
            }
            case SandboxEvent.NetworkOperated done -> {
                var operation = done.operation().name().toLowerCase(Locale.ROOT);
                network.labels(operation, done.worked() ? "success" : "failure").inc();
                networkSeconds.labels(operation).observe(done.took().toNanos() / 1e9);
            }
            case SandboxEvent.PodReady _,
                    SandboxEvent.PodNotReady _,
                    SandboxEvent.PodRemoved _,
                    SandboxEvent.ContainerCreated _,
                    SandboxEvent.ContainerStarted _,
                    SandboxEvent.ContainerRemoved _ -> {
                // counted by their calls
            }
        }
    }
}
