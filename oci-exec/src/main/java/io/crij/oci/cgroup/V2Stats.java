package io.crij.oci.cgroup;

import io.crij.oci.cgroup.CgroupStats.BlockIo;
import io.crij.oci.cgroup.CgroupStats.BlockIoEntry;
import io.crij.oci.cgroup.CgroupStats.Counter;
import io.crij.oci.cgroup.CgroupStats.Cpu;
import io.crij.oci.cgroup.CgroupStats.CpuUsage;
import io.crij.oci.cgroup.CgroupStats.Memory;
import io.crij.oci.cgroup.CgroupStats.Pids;
import io.crij.oci.cgroup.CgroupStats.Throttling;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Counters of version 2 (Documentation/admin-guide/cgroup-v2.rst).
final class V2Stats {
    private static final long NANOS_PER_MICRO = 1000;

    private V2Stats() {}

    static CgroupStats read(CgroupFolders folders) {
        var files = new StatFiles(folders.v2());
        return new CgroupStats(cpu(files), memory(files), pids(files), blockIo(files), hugePages(files));
    }

    private static Cpu cpu(StatFiles files) {
        Map<String, Long> stat = files.table("cpu.stat");
        return new Cpu(
                new CpuUsage(
                        nanos(stat, "usage_usec"), List.of(), nanos(stat, "system_usec"), nanos(stat, "user_usec")),
                new Throttling(
                        stat.getOrDefault("nr_periods", 0L),
                        stat.getOrDefault("nr_throttled", 0L),
                        nanos(stat, "throttled_usec")));
    }

    private static long nanos(Map<String, Long> stat, String key) {
        return stat.getOrDefault(key, 0L) * NANOS_PER_MICRO;
    }

    private static Memory memory(StatFiles files) {
        Map<String, Long> raw = files.table("memory.stat");
        Counter memory = files.counter("memory.max", "memory.current", "memory.peak", failures(files, "memory.events"));
        Counter swap = files.counter(
                "memory.swap.max", "memory.swap.current", "memory.swap.peak", failures(files, "memory.swap.events"));
        long limit = memory.limit() == CgroupStats.UNLIMITED || swap.limit() == CgroupStats.UNLIMITED
                ? CgroupStats.UNLIMITED
                : memory.limit() + swap.limit();
        // callers know the counters of version 1, where memory and swap are one
        var both = new Counter(limit, memory.usage() + swap.usage(), memory.max(), swap.failcnt());
        Counter kernel = new Counter(0, raw.getOrDefault("kernel", 0L), 0, 0);
        return new Memory(raw.getOrDefault("file", 0L), memory, both, kernel, Counter.NONE, raw);
    }

    private static long failures(StatFiles files, String events) {
        return files.table(events).getOrDefault("max", 0L);
    }

    private static Pids pids(StatFiles files) {
        long limit = files.number("pids.max");
        return new Pids(files.number("pids.current"), limit == CgroupStats.UNLIMITED ? 0 : limit);
    }

    /// Lines such as `8:0 rbytes=1 wbytes=2 rios=3 wios=4 dbytes=5 dios=6`.
    private static BlockIo blockIo(StatFiles files) {
        List<BlockIoEntry> bytes = new ArrayList<>();
        List<BlockIoEntry> operations = new ArrayList<>();
        files.text("io.stat")
                .ifPresent(text -> text.lines().forEach(line -> {
                    String[] fields = line.split(" ", -1);
                    String[] device = fields[0].split(":", -1);
                    for (int i = 1; i < fields.length && device.length == 2; i++) {
                        String[] pair = fields[i].split("=", 2);
                        if (pair.length == 2 && pair[1].matches("[0-9]{1,18}")) {
                            entry(pair[0], Long.parseLong(pair[1]), device, bytes, operations);
                        }
                    }
                }));
        return new BlockIo(bytes, operations);
    }

    private static void entry(
            String key, long value, String[] device, List<BlockIoEntry> bytes, List<BlockIoEntry> operations) {
        String operation = switch (key) {
            case "rbytes", "rios" -> "Read";
            case "wbytes", "wios" -> "Write";
            case "dbytes", "dios" -> "Discard";
            default -> "";
        };
        if (!operation.isEmpty()) {
            (key.endsWith("bytes") ? bytes : operations)
                    .add(new BlockIoEntry(Long.parseLong(device[0]), Long.parseLong(device[1]), operation, value));
        }
    }

    private static Map<String, Counter> hugePages(StatFiles files) {
        Map<String, Counter> counters = new LinkedHashMap<>();
        for (String size : files.hugePages(".current")) {
            String prefix = "hugetlb." + size;
            counters.put(
                    size, files.counter(prefix + ".max", prefix + ".current", "", failures(files, prefix + ".events")));
        }
        return counters;
    }
}
