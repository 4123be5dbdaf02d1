package io.crij.server.call;

import io.grpc.Status;
import io.prometheus.client.CollectorRegistry;
import io.prometheus.client.Counter;
import io.prometheus.client.Histogram;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;

/// Counts and times the calls.
public final class CallMetrics {
    private static final double[] SECONDS = {0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 5, 30, 120};

    private final Counter calls;
    private final Histogram seconds;
    private final ConcurrentHashMap<String, OfMethod> byMethod = new ConcurrentHashMap<>();

    public CallMetrics(CollectorRegistry registry) {
        calls = Counter.build("crij_rpc_total", "Calls of the CRI by method and gRPC status code.")
                .labelNames("method", "code")
                .register(registry);
        seconds = Histogram.build("crij_rpc_seconds", "Duration of the calls of the CRI.")
                .labelNames("method")
                .buckets(SECONDS)
                .register(registry);
    }

    /// Of one method, found without the labels.
    private record OfMethod(Counter.Child ok, Histogram.Child seconds) {}

    void record(String method, Status.Code code, Duration took) {
        var known = byMethod.get(method);
        var counted = known != null ? known : byMethod.computeIfAbsent(method, this::ofMethod);
        if (code == Status.Code.OK) {
            counted.ok().inc();
        } else {
            calls.labels(method, code.name()).inc();
        }
        counted.seconds().observe(took.toNanos() / 1e9);
    }

    private OfMethod ofMethod(String method) {
        return new OfMethod(calls.labels(method, Status.Code.OK.name()), seconds.labels(method));
    }
}
