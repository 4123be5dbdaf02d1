package io.crij.server.stats;

import org.jspecify.annotations.Nullable;

/// What a cgroup has used. A number that the kernel does not give is [FileText#NONE].
///
/// @param cpuNanos CPU time since the cgroup was made
/// @param memory bytes, page cache included
/// @param workingSet memory without the page cache that can go at once, as cAdvisor computes it for eviction
/// @param rss anonymous memory, bytes
/// @param memoryLimit of the cgroup itself; none: no limit
/// @param swap bytes
/// @param swapLimit bytes; none: no limit, or unknown
record CgroupUsage(
        long cpuNanos,
        long memory,
        long workingSet,
        long rss,
        long pageFaults,
        long majorPageFaults,
        long memoryLimit,
        long swap,
        long swapLimit,
        @Nullable Pressure cpuPressure,
        @Nullable Pressure memoryPressure,
        @Nullable Pressure ioPressure) {

    /// @param pageCache bytes of page cache that can go at once
    static CgroupUsage used(
            long cpuNanos, long memory, long pageCache, long rss, long pageFaults, long majorPageFaults, long swap) {
        return new CgroupUsage(
                cpuNanos,
                memory,
                memory == FileText.NONE ? FileText.NONE : Math.max(0, memory - Math.max(0, pageCache)),
                rss,
                pageFaults,
                majorPageFaults,
                FileText.NONE,
                swap,
                FileText.NONE,
                null,
                null,
                null);
    }

    /// The same with what limits and presses the cgroup.
    CgroupUsage limited(
            long mostMemory,
            long mostSwap,
            @Nullable Pressure cpu,
            @Nullable Pressure memoryStall,
            @Nullable Pressure io) {
        return new CgroupUsage(
                cpuNanos,
                memory,
                workingSet,
                rss,
                pageFaults,
                majorPageFaults,
                mostMemory,
                swap,
                mostSwap,
                cpu,
                memoryStall,
                io);
    }

    /// Of two cgroups together. Limits and pressure of one say nothing of both.
    CgroupUsage plus(CgroupUsage other) {
        return new CgroupUsage(
                sum(cpuNanos, other.cpuNanos),
                sum(memory, other.memory),
                sum(workingSet, other.workingSet),
                sum(rss, other.rss),
                sum(pageFaults, other.pageFaults),
                sum(majorPageFaults, other.majorPageFaults),
                FileText.NONE,
                sum(swap, other.swap),
                FileText.NONE,
                null,
                null,
                null);
    }

    private static long sum(long a, long b) {
        return a == FileText.NONE ? b : b == FileText.NONE ? a : a + b;
    }
}
