package io.crij.oci.cgroup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crij.oci.cgroup.CgroupStats.BlockIoEntry;
import io.crij.oci.cgroup.CgroupStats.Counter;
import io.crij.oci.json.RecordWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Counters out of files as the kernel writes them.
class CgroupStatsTest {
    @TempDir
    private Path tree;

    private void file(String path, String content) throws Exception {
        Path file = tree.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
    }

    private CgroupStats unified() throws Exception {
        var host = new CgroupHost(tree, Map.of(), Set.of("cpu", "memory"));
        return CgroupStats.of(CgroupFolders.of(host, "/a", CgroupLayout.WITH_SHIM));
    }

    @Test
    void countersOfVersion2() throws Exception {
        file("a/container/cpu.stat", "usage_usec 7\nuser_usec 4\nsystem_usec 3\nnr_periods 2\nnr_throttled 1\n");
        file("a/container/memory.current", "100\n");
        file("a/container/memory.max", "max\n");
        file("a/container/memory.peak", "150\n");
        file("a/container/memory.events", "low 0\nmax 5\noom_kill 1\n");
        file("a/container/memory.swap.current", "10\n");
        file("a/container/memory.swap.max", "50\n");
        file("a/container/memory.stat", "anon 60\nfile 40\nkernel 9\n");
        file("a/container/pids.current", "3\n");
        file("a/container/pids.max", "max\n");
        file("a/container/io.stat", "8:0 rbytes=1 wbytes=2 rios=3 wios=4 dbytes=5 dios=6\n253:1 \n");
        file("a/container/hugetlb.2MB.current", "2097152\n");
        file("a/container/hugetlb.2MB.max", "4194304\n");
        CgroupStats stats = unified();
        assertEquals(
                new CgroupStats.CpuUsage(7000, List.of(), 3000, 4000),
                stats.cpu().usage());
        assertEquals(new CgroupStats.Throttling(2, 1, 0), stats.cpu().throttling());
        assertEquals(new Counter(-1, 100, 150, 5), stats.memory().usage());
        assertEquals(110, stats.memory().swap().usage());
        assertEquals(40, stats.memory().cache());
        assertEquals(60L, stats.memory().raw().get("anon"));
        assertEquals(new CgroupStats.Pids(3, 0), stats.pids());
        assertEquals(
                List.of(
                        new BlockIoEntry(8, 0, "Read", 1),
                        new BlockIoEntry(8, 0, "Write", 2),
                        new BlockIoEntry(8, 0, "Discard", 5)),
                stats.blkio().ioServiceBytesRecursive());
        assertEquals(3, stats.blkio().ioServicedRecursive().getFirst().value());
        assertEquals(Map.of("2MB", new Counter(4194304, 2097152, 0, 0)), stats.hugetlb());
    }

    @Test
    void countersOfVersion1() throws Exception {
        file("cpuacct/a/cpuacct.usage", "9000\n");
        file("cpuacct/a/cpuacct.usage_percpu", "4000 5000 \n");
        file("cpuacct/a/cpuacct.stat", "user 2\nsystem 1\n");
        file("memory/a/memory.usage_in_bytes", "100\n");
        file("memory/a/memory.limit_in_bytes", "9223372036854771712\n");
        file("memory/a/memory.max_usage_in_bytes", "120\n");
        file("memory/a/memory.failcnt", "4\n");
        file("memory/a/memory.stat", "cache 1\ntotal_cache 11\n");
        file("pids/a/pids.max", "max\n");
        file("pids/a/pids.current", "2\n");
        file("blkio/a/blkio.throttle.io_serviced_recursive", "8:0 Read 7\n8:0 Total 7\nTotal 7\n");
        var host = new CgroupHost(
                null,
                Map.of(
                        "cpuacct", tree.resolve("cpuacct"),
                        "memory", tree.resolve("memory"),
                        "pids", tree.resolve("pids"),
                        "blkio", tree.resolve("blkio")),
                Set.of());
        CgroupStats stats = CgroupStats.of(CgroupFolders.of(host, "/a", CgroupLayout.WITH_SHIM));
        assertEquals(
                new CgroupStats.CpuUsage(9000, List.of(4000L, 5000L), 10_000_000, 20_000_000),
                stats.cpu().usage());
        assertEquals(
                new Counter(9223372036854771712L, 100, 120, 4), stats.memory().usage());
        assertEquals(11, stats.memory().cache());
        assertEquals(new CgroupStats.Pids(2, 0), stats.pids());
        assertEquals(
                List.of(new BlockIoEntry(8, 0, "Read", 7), new BlockIoEntry(8, 0, "Total", 7)),
                stats.blkio().ioServicedRecursive());
    }

    @Test
    void groupThatHasGoneCountsNothingAndNoLimitIsTheLargestNumber() throws Exception {
        assertEquals(Counter.NONE, unified().memory().usage());
        file("a/container/memory.max", "max\n");
        String json = new String(RecordWriter.write(unified(), Objects::isNull), StandardCharsets.UTF_8);
        assertTrue(json.contains("\"usage\":{\"limit\":18446744073709551615,\"usage\":0,"), json);
    }
}
