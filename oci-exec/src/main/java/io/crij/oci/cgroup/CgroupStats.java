package io.crij.oci.cgroup;

import io.crij.oci.json.Traits;
import java.util.List;
import java.util.Map;

/// What a container has used so far, in the form that callers of `runc events --stats` read: times in nanoseconds,
/// sizes in bytes, no limit is the largest number.
public record CgroupStats(Cpu cpu, Memory memory, Pids pids, BlockIo blkio, Map<String, Counter> hugetlb) {
    static final long UNLIMITED = -1;

    /// @param usage of processor time
    public record Cpu(CpuUsage usage, Throttling throttling) {}

    /// @param percpu on each processor; empty on version 2, which does not count them
    public record CpuUsage(long total, List<Long> percpu, long kernel, long user) {
        static final Traits JSON = Traits.unsigned("total", "kernel", "user");
    }

    public record Throttling(long periods, long throttledPeriods, long throttledTime) {
        static final Traits JSON = Traits.unsigned("periods", "throttledPeriods", "throttledTime");
    }

    /// @param cache what files take
    /// @param swap memory and swap together
    /// @param raw `memory.stat` as it is
    public record Memory(
            long cache, Counter usage, Counter swap, Counter kernel, Counter kernelTCP, Map<String, Long> raw) {
        static final Traits JSON = Traits.unsigned("cache");
    }

    /// @param failcnt how often the limit was met
    public record Counter(long limit, long usage, long max, long failcnt) {
        static final Traits JSON = Traits.unsigned("limit", "usage", "max", "failcnt");

        static final Counter NONE = new Counter(0, 0, 0, 0);
    }

    /// @param limit 0: none
    public record Pids(long current, long limit) {
        static final Traits JSON = Traits.unsigned("current", "limit");
    }

    public record BlockIo(List<BlockIoEntry> ioServiceBytesRecursive, List<BlockIoEntry> ioServicedRecursive) {}

    /// @param op such as `Read`
    public record BlockIoEntry(long major, long minor, String op, long value) {
        static final Traits JSON = Traits.unsigned("major", "minor", "value");
    }

    /// Reads them now; what this host does not count is 0.
    public static CgroupStats of(CgroupFolders folders) {
        return folders.host().pure() ? V2Stats.read(folders) : V1Stats.read(folders);
    }
}
