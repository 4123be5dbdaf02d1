package io.crij.server.stats;

import static io.crij.server.stats.FileText.NONE;

import io.crij.linux.ErrnoException;
import io.crij.sandbox.ContainerRecord;
import java.util.List;

/// Memory by kind, and failures.
final class MemoryMetrics implements MetricSource {
    private static final Keys V2 = new Keys(
            "file",
            "anon",
            "file_mapped",
            "inactive_file",
            "active_file",
            "pgfault",
            "pgmajfault",
            "kernel",
            "kernel_stack",
            "pagetables",
            "percpu",
            "sock",
            "slab");
    private static final Keys V1 = new Keys(
            "total_cache",
            "total_rss",
            "total_mapped_file",
            "total_inactive_file",
            "total_active_file",
            "total_pgfault",
            "total_pgmajfault",
            "total_swap",
            "pgfault",
            "pgmajfault");
    private static final Keys EVENTS = new Keys("max");

    private static final Family CACHE = Family.gauge("container_memory_cache", "Number of bytes of page cache memory.");
    private static final Family RSS = Family.gauge("container_memory_rss", "Size of RSS in bytes.");
    private static final Family KERNEL =
            Family.gauge("container_memory_kernel_usage", "Size of kernel memory allocated in bytes.");
    private static final Family MAPPED =
            Family.gauge("container_memory_mapped_file", "Size of memory mapped files in bytes.");
    private static final Family SWAP = Family.gauge("container_memory_swap", "Container swap usage in bytes.");
    private static final Family FAILCNT =
            Family.counter("container_memory_failcnt", "Number of memory usage hits limits.");
    private static final Family USAGE = Family.gauge(
            "container_memory_usage_bytes",
            "Current memory usage in bytes, including all memory regardless of when it was accessed.");
    private static final Family MAX_USAGE =
            Family.gauge("container_memory_max_usage_bytes", "Maximum memory usage recorded in bytes.");
    private static final Family WORKING_SET =
            Family.gauge("container_memory_working_set_bytes", "Current working set in bytes.");
    private static final Family ACTIVE_FILE =
            Family.gauge("container_memory_total_active_file_bytes", "Current total active file in bytes.");
    private static final Family INACTIVE_FILE =
            Family.gauge("container_memory_total_inactive_file_bytes", "Current total inactive file in bytes.");
    private static final Family FAILURES = Family.counter(
            "container_memory_failures_total",
            "Cumulative count of memory allocation failures.",
            "failure_type",
            "scope");

    @Override
    public List<Family> families() {
        return List.of(
                CACHE,
                RSS,
                KERNEL,
                MAPPED,
                SWAP,
                FAILCNT,
                USAGE,
                MAX_USAGE,
                WORKING_SET,
                ACTIVE_FILE,
                INACTIVE_FILE,
                FAILURES);
    }

    @Override
    public void add(ContainerRecord container, CgroupFacts facts, MetricSink sink) throws ErrnoException {
        if (facts.v2()) {
            var stat = facts.v2("memory.stat", V2);
            kinds(sink, stat, facts.v2("memory.current").number());
            sink.add(KERNEL, stat[7] == NONE ? sum(stat, 8) : stat[7]);
            sink.add(SWAP, Math.max(0, facts.v2("memory.swap.current").number()));
            sink.add(FAILCNT, facts.v2("memory.events", EVENTS)[0]);
            sink.add(MAX_USAGE, facts.v2("memory.peak").number());
            failures(sink, stat[5], stat[6], stat[5], stat[6]);
        } else {
            var stat = facts.v1("memory", "memory.stat", V1);
            kinds(sink, stat, facts.v1("memory", "memory.usage_in_bytes").number());
            sink.add(KERNEL, facts.v1("memory", "memory.kmem.usage_in_bytes").number());
            sink.add(SWAP, Math.max(0, stat[7]));
            sink.add(FAILCNT, facts.v1("memory", "memory.failcnt").number());
            sink.add(MAX_USAGE, facts.v1("memory", "memory.max_usage_in_bytes").number());
            failures(sink, stat[8], stat[9], stat[5], stat[6]);
        }
    }

    private static void kinds(MetricSink sink, long[] stat, long usage) {
        sink.add(CACHE, stat[0]);
        sink.add(RSS, stat[1]);
        sink.add(MAPPED, stat[2]);
        sink.add(INACTIVE_FILE, stat[3]);
        sink.add(ACTIVE_FILE, stat[4]);
        sink.add(USAGE, usage);
        sink.add(WORKING_SET, usage == NONE ? NONE : Math.max(0, usage - Math.max(0, stat[3])));
    }

    private static void failures(MetricSink sink, long faults, long major, long allFaults, long allMajor) {
        sink.add(FAILURES, faults, "pgfault", "container");
        sink.add(FAILURES, major, "pgmajfault", "container");
        sink.add(FAILURES, allFaults, "pgfault", "hierarchy");
        sink.add(FAILURES, allMajor, "pgmajfault", "hierarchy");
    }

    /// What kernels before 5.18 have in parts.
    private static long sum(long[] stat, int from) {
        long sum = NONE;
        for (int i = from; i < stat.length; i++) {
            if (stat[i] != NONE) {
                sum = Math.max(0, sum) + stat[i];
            }
        }
        return sum;
    }
}
