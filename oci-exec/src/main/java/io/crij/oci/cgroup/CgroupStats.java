package io.crij.oci.cgroup;

import io.crij.oci.json.UInt64;
import java.util.List;
import java.util.Map;

/// What a container has used so far, in the form that callers of `runc events --stats` read: times in nanoseconds,
/// sizes in bytes, no limit is the largest number.
public record CgroupStats(Cpu cpu, Memory memory, Pids pids, BlockIo blkio, Map<String, Counter> hugetlb) {
    static final long UNLIMITED = -1;

    /// @param usage of processor time
    public record Cpu(CpuUsage usage, Throttling throttling) {}

    /// @param percpu on each processor; empty on version 2, which does not count them
    public record CpuUsage(
            @UInt64 long total,
            List<Long> percpu,
            @UInt64 long kernel,
            @UInt64 long user) {}

    public record Throttling(
            @UInt64 long periods,
            @UInt64 long throttledPeriods,
            @UInt64 long throttledTime) {}

    /// @param cache what files take
    /// @param swap memory and swap together
    /// @param raw `memory.stat` as it is
    public record Memory(
            @UInt64 long cache,
            Counter usage,
            Counter swap,
            Counter kernel,
            Counter kernelTCP,
            Map<String, Long> raw) {}

    /// @param failcnt how often the limit was met
    public record Counter(
            @UInt64 long limit,
            @UInt64 long usage,
            @UInt64 long max,
            @UInt64 long failcnt) {
        static final Counter NONE = new Counter(0, 0, 0, 0);
    }

    /// @param limit 0: none
    public record Pids(@UInt64 long current, @UInt64 long limit) {}

    public record BlockIo(List<BlockIoEntry> ioServiceBytesRecursive, List<BlockIoEntry> ioServicedRecursive) {}

    /// @param op such as `Read`
    public record BlockIoEntry(
            @UInt64 long major,
            @UInt64 long minor,
            String op,
            @UInt64 long value) {}

    /// Reads them now; what this host does not count is 0.
    public static CgroupStats of(CgroupFolders folders) {
        return folders.host().pure() ? V2Stats.read(folders) : V1Stats.read(folders);
    }
}
