package io.crij.server.metrics;

import io.prometheus.client.CounterMetricFamily;
import io.prometheus.client.GaugeMetricFamily;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryUsage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// The process of this server: memory, threads, open files, garbage collections.
final class JvmMetrics extends Sampled {
    private static final double MILLIS = 1_000;
    private static final double NANOS = 1_000_000_000;

    @Override
    void collect(List<MetricFamilySamples> families) {
        memory(families);
        gauge(
                families,
                "jvm_threads_current",
                "Platform threads; virtual threads are not among them.",
                ManagementFactory.getThreadMXBean().getThreadCount());
        var count = new CounterMetricFamily("jvm_gc_collections", "Garbage collections.", List.of("gc"));
        var seconds = new CounterMetricFamily("jvm_gc_collection_seconds", "Time spent in them.", List.of("gc"));
        for (var collector : ManagementFactory.getGarbageCollectorMXBeans()) {
            count.addMetric(List.of(collector.getName()), collector.getCollectionCount());
            seconds.addMetric(List.of(collector.getName()), collector.getCollectionTime() / MILLIS);
        }
        families.add(count);
        families.add(seconds);
        process(families);
    }

    private static void memory(List<MetricFamilySamples> families) {
        var used = new GaugeMetricFamily("jvm_memory_used_bytes", "Memory in use.", List.of("area"));
        var committed = new GaugeMetricFamily(
                "jvm_memory_committed_bytes", "Memory that the JVM has from the system.", List.of("area"));
        var memory = ManagementFactory.getMemoryMXBean();
        area(used, committed, "heap", memory.getHeapMemoryUsage());
        area(used, committed, "nonheap", memory.getNonHeapMemoryUsage());
        families.add(used);
        families.add(committed);
    }

    private static void area(GaugeMetricFamily used, GaugeMetricFamily committed, String name, MemoryUsage usage) {
        used.addMetric(List.of(name), usage.getUsed());
        committed.addMetric(List.of(name), usage.getCommitted());
    }

    private static void process(List<MetricFamilySamples> families) {
        gauge(
                families,
                "process_start_time_seconds",
                "When the server was started, in seconds since 1970.",
                ManagementFactory.getRuntimeMXBean().getStartTime() / MILLIS);
        gauge(
                families,
                "process_resident_memory_bytes",
                "Memory of the server, as the kernel sees it.",
                residentBytes(ProcessHandle.current().pid()));
        if (ManagementFactory.getOperatingSystemMXBean()
                instanceof com.sun.management.UnixOperatingSystemMXBean system) {
            counter(families, "process_cpu_seconds", "CPU time of the server.", system.getProcessCpuTime() / NANOS);
            gauge(families, "process_open_fds", "Open file descriptors.", system.getOpenFileDescriptorCount());
            gauge(families, "process_max_fds", "How many it may open.", system.getMaxFileDescriptorCount());
        }
    }

    /// 0 when there is no such process.
    static double residentBytes(long pid) {
        try (var lines = Files.lines(Path.of("/proc/" + pid + "/status"))) {
            return lines.filter(line -> line.startsWith("VmRSS:"))
                            .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                            .findFirst()
                            .orElse(0)
                    * 1024.0;
        } catch (IOException | java.io.UncheckedIOException e) {
            return 0;
        }
    }
}
