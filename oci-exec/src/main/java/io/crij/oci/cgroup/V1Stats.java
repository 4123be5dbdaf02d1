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

/// Counters of version 1 (Documentation/admin-guide/cgroup-v1).
final class V1Stats {
    /// `USER_HZ` is 100 on every architecture that this runtime knows.
    private static final long NANOS_PER_TICK = 10_000_000;

    private V1Stats() {}

    static CgroupStats read(CgroupFolders folders) {
        return new CgroupStats(
                cpu(new StatFiles(folders.v1("cpuacct")), new StatFiles(folders.v1("cpu"))),
                memory(new StatFiles(folders.v1("memory"))),
                pids(new StatFiles(folders.v1("pids"))),
                blockIo(new StatFiles(folders.v1("blkio"))),
                hugePages(new StatFiles(folders.v1("hugetlb"))));
    }

    private static Cpu cpu(StatFiles accounts, StatFiles limits) {
        Map<String, Long> ticks = accounts.table("cpuacct.stat");
        Map<String, Long> throttled = limits.table("cpu.stat");
        return new Cpu(
                new CpuUsage(
                        accounts.number("cpuacct.usage"),
                        accounts.row("cpuacct.usage_percpu"),
                        ticks.getOrDefault("system", 0L) * NANOS_PER_TICK,
                        ticks.getOrDefault("user", 0L) * NANOS_PER_TICK),
                new Throttling(
                        throttled.getOrDefault("nr_periods", 0L),
                        throttled.getOrDefault("nr_throttled", 0L),
                        throttled.getOrDefault("throttled_time", 0L)));
    }

    private static Memory memory(StatFiles files) {
        Map<String, Long> raw = files.table("memory.stat");
        return new Memory(
                raw.getOrDefault("total_cache", raw.getOrDefault("cache", 0L)),
                counter(files, "memory"),
                counter(files, "memory.memsw"),
                counter(files, "memory.kmem"),
                counter(files, "memory.kmem.tcp"),
                raw);
    }

    private static Counter counter(StatFiles files, String prefix) {
        return files.counter(
                prefix + ".limit_in_bytes",
                prefix + ".usage_in_bytes",
                prefix + ".max_usage_in_bytes",
                files.number(prefix + ".failcnt"));
    }

    private static Pids pids(StatFiles files) {
        return new Pids(files.number("pids.current"), Math.max(0, files.number("pids.max")));
    }

    private static BlockIo blockIo(StatFiles files) {
        return new BlockIo(
                entries(files, "blkio.throttle.io_service_bytes_recursive"),
                entries(files, "blkio.throttle.io_serviced_recursive"));
    }

    /// Lines such as `8:0 Read 4096`.
    private static List<BlockIoEntry> entries(StatFiles files, String file) {
        List<BlockIoEntry> entries = new ArrayList<>();
        files.text(file)
                .ifPresent(text -> text.lines().forEach(line -> {
                    String[] fields = line.split("[ :]", -1);
                    if (fields.length == 4) {
                        entries.add(new BlockIoEntry(
                                Long.parseLong(fields[0]),
                                Long.parseLong(fields[1]),
                                fields[2],
                                Long.parseLong(fields[3])));
                    }
                }));
        return entries;
    }

    private static Map<String, Counter> hugePages(StatFiles files) {
        Map<String, Counter> counters = new LinkedHashMap<>();
        for (String size : files.hugePages(".usage_in_bytes")) {
            counters.put(size, counter(files, "hugetlb." + size));
        }
        return counters;
    }
}
