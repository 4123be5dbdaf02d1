package io.crij.server.stats;

import io.crij.linux.ErrnoException;
import io.crij.sandbox.ContainerRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// Huge pages by page size. Version 2 keeps no maximum of its own: there it is left out.
final class HugetlbMetrics implements MetricSource {
    private static final Path SIZES = Path.of("/sys/kernel/mm/hugepages");
    private static final String PREFIX = "hugepages-";
    private static final Family USAGE =
            Family.gauge("container_hugetlb_usage_bytes", "Current hugepage usage in bytes.", "pagesize");
    private static final Family MAX_USAGE =
            Family.gauge("container_hugetlb_max_usage_bytes", "Maximum hugepage usages recorded in bytes.", "pagesize");

    private final List<String> sizes;

    HugetlbMetrics() {
        this(SIZES);
    }

    HugetlbMetrics(Path folder) {
        sizes = sizes(folder);
    }

    @Override
    public List<Family> families() {
        return List.of(USAGE, MAX_USAGE);
    }

    @Override
    public void add(ContainerRecord container, CgroupFacts facts, MetricSink sink) throws ErrnoException {
        for (var size : sizes) {
            if (facts.v2()) {
                sink.add(USAGE, facts.v2("hugetlb." + size + ".current").number(), size);
            } else {
                var file = "hugetlb." + size;
                sink.add(USAGE, facts.v1("hugetlb", file + ".usage_in_bytes").number(), size);
                sink.add(
                        MAX_USAGE,
                        facts.v1("hugetlb", file + ".max_usage_in_bytes").number(),
                        size);
            }
        }
    }

    /// As the kernel names them in cgroups: `hugepages-2048kB` is `2MB`.
    private static List<String> sizes(Path folder) {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (var entries = Files.list(folder)) {
            return entries.map(entry -> String.valueOf(entry.getFileName()))
                    .filter(name -> name.matches(PREFIX + "\\d+kB"))
                    .map(name -> size(Long.parseLong(name.substring(PREFIX.length(), name.length() - 2))))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            return List.of();
        }
    }

    private static String size(long kib) {
        return kib >= 1 << 20 ? (kib >> 20) + "GB" : kib >= 1 << 10 ? (kib >> 10) + "MB" : kib + "KB";
    }
}
