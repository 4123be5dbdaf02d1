package io.crij.server.stats;

import io.crij.sandbox.ContainerRecord;
import io.crij.sandbox.ContainerStatus;
import java.util.List;

/// What the container was allowed, and since when it runs.
final class SpecMetrics implements MetricSource {
    private static final long DEFAULT_PERIOD = 100_000;
    private static final long DEFAULT_SHARES = 1_024;
    private static final Family PERIOD = Family.gauge("container_spec_cpu_period", "CPU period of the container.");
    private static final Family SHARES = Family.gauge("container_spec_cpu_shares", "CPU share of the container.");
    private static final Family QUOTA = Family.gauge("container_spec_cpu_quota", "CPU quota of the container.");
    private static final Family MEMORY =
            Family.gauge("container_spec_memory_limit_bytes", "Memory limit for the container.");
    private static final Family RESERVATION = Family.gauge(
            "container_spec_memory_reservation_limit_bytes", "Memory reservation limit for the container.");
    private static final Family SWAP =
            Family.gauge("container_spec_memory_swap_limit_bytes", "Memory swap limit for the container.");
    private static final Family START =
            Family.gauge("container_start_time_seconds", "Start time of the container since unix epoch in seconds.");

    @Override
    public List<Family> families() {
        return List.of(PERIOD, SHARES, QUOTA, MEMORY, RESERVATION, SWAP, START);
    }

    @Override
    public void add(ContainerRecord container, CgroupFacts facts, MetricSink sink) {
        var resources = container.resources();
        sink.add(PERIOD, resources.cpuPeriod() == 0 ? DEFAULT_PERIOD : resources.cpuPeriod());
        sink.add(SHARES, resources.cpuShares() == 0 ? DEFAULT_SHARES : resources.cpuShares());
        // none is no number
        sink.add(QUOTA, resources.cpuQuota() > 0 ? resources.cpuQuota() : FileText.NONE);
        sink.add(MEMORY, Math.max(0, resources.memoryLimit()));
        sink.add(RESERVATION, 0);
        sink.add(SWAP, Math.max(0, resources.memorySwapLimit()));
        if (container.status() instanceof ContainerStatus.Running running) {
            sink.add(START, running.startedAt().getEpochSecond());
        }
    }
}
