package io.crij.server.stats;

import static io.crij.server.stats.FileText.NONE;

import io.crij.linux.ErrnoException;
import io.crij.sandbox.ContainerRecord;
import java.util.List;

/// CPU time and throttling. The schema has whole numbers only, so seconds are whole.
final class CpuMetrics implements MetricSource {
    private static final long MICROS = 1_000_000L;
    private static final long NANOS = 1_000_000_000L;
    private static final Keys V2 =
            new Keys("usage_usec", "user_usec", "system_usec", "nr_periods", "nr_throttled", "throttled_usec");
    private static final Keys V1 = new Keys("nr_periods", "nr_throttled", "throttled_time");

    private static final Family USER =
            Family.counter("container_cpu_user_seconds_total", "Cumulative user cpu time consumed in seconds.");
    private static final Family SYSTEM =
            Family.counter("container_cpu_system_seconds_total", "Cumulative system cpu time consumed in seconds.");
    private static final Family USAGE =
            Family.counter("container_cpu_usage_seconds_total", "Cumulative cpu time consumed in seconds.", "cpu");
    private static final Family PERIODS =
            Family.counter("container_cpu_cfs_periods_total", "Number of elapsed enforcement period intervals.");
    private static final Family THROTTLED =
            Family.counter("container_cpu_cfs_throttled_periods_total", "Number of throttled period intervals.");
    private static final Family THROTTLED_TIME = Family.counter(
            "container_cpu_cfs_throttled_seconds_total", "Total time duration the container has been throttled.");

    @Override
    public List<Family> families() {
        return List.of(USER, SYSTEM, USAGE, PERIODS, THROTTLED, THROTTLED_TIME);
    }

    @Override
    public void add(ContainerRecord container, CgroupFacts facts, MetricSink sink) throws ErrnoException {
        if (facts.v2()) {
            var stat = facts.v2("cpu.stat", V2);
            add(sink, per(stat[0], MICROS), per(stat[1], MICROS), per(stat[2], MICROS));
            throttling(sink, stat[3], stat[4], per(stat[5], MICROS));
        } else {
            add(
                    sink,
                    per(facts.v1("cpuacct", "cpuacct.usage").number(), NANOS),
                    per(facts.v1("cpuacct", "cpuacct.usage_user").number(), NANOS),
                    per(facts.v1("cpuacct", "cpuacct.usage_sys").number(), NANOS));
            var stat = facts.v1("cpu", "cpu.stat", V1);
            throttling(sink, stat[0], stat[1], per(stat[2], NANOS));
        }
    }

    private static void add(MetricSink sink, long usage, long user, long system) {
        sink.add(USAGE, usage, "total");
        sink.add(USER, user);
        sink.add(SYSTEM, system);
    }

    private static void throttling(MetricSink sink, long periods, long throttled, long seconds) {
        sink.add(PERIODS, periods);
        sink.add(THROTTLED, throttled);
        sink.add(THROTTLED_TIME, seconds);
    }

    private static long per(long value, long unit) {
        return value == NONE ? NONE : value / unit;
    }
}
