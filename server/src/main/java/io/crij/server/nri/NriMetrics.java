package io.crij.server.nri;

import io.prometheus.client.CollectorRegistry;
import io.prometheus.client.Counter;
import io.prometheus.client.Gauge;
import io.prometheus.client.Histogram;
import java.time.Duration;

/// How many plugins there are, and how they do. Plugins have no label: there is no bound on their names.
final class NriMetrics {
    private static final double[] SECONDS = {0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 2, 5};

    private final Gauge plugins;
    private final Counter calls;
    private final Histogram seconds;
    private final Counter dropped;

    NriMetrics(CollectorRegistry registry) {
        plugins = Gauge.build("crij_nri_plugins", "NRI plugins that take part.").register(registry);
        calls = Counter.build(
                        "crij_nri_calls_total",
                        "Calls of NRI plugins by method and outcome: success, refused, dropped.")
                .labelNames("method", "outcome")
                .register(registry);
        seconds = Histogram.build("crij_nri_call_seconds", "How long they took.")
                .labelNames("method")
                .buckets(SECONDS)
                .register(registry);
        dropped = Counter.build(
                        "crij_nri_plugins_dropped_total",
                        "NRI plugins that were dropped: too slow, or talking nonsense.")
                .register(registry);
    }

    enum Outcome {
        SUCCESS,
        REFUSED,
        DROPPED;

        private final String label = name().toLowerCase(java.util.Locale.ROOT);
    }

    void plugins(int count) {
        plugins.set(count);
    }

    void called(String method, Outcome outcome, Duration took) {
        calls.labels(method, outcome.label).inc();
        seconds.labels(method).observe(took.toNanos() / 1e9);
    }

    void dropped() {
        dropped.inc();
    }
}
