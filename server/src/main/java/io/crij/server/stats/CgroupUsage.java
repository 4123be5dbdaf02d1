package io.crij.server.stats;

import java.util.Optional;
import java.util.OptionalLong;

/// What a cgroup has used.
///
/// @param cpuNanos CPU time since the cgroup was made
/// @param memory bytes, page cache included
/// @param workingSet memory without the page cache that can go at once, as cAdvisor computes it for eviction
/// @param rss anonymous memory, bytes
/// @param memoryLimit absent: none
/// @param swapLimit absent: none or unknown
/// @param processes processes and threads
public record CgroupUsage(
        long cpuNanos,
        long memory,
        long workingSet,
        long rss,
        long pageFaults,
        long majorPageFaults,
        OptionalLong memoryLimit,
        OptionalLong swap,
        OptionalLong swapLimit,
        OptionalLong processes,
        Optional<Pressure> cpuPressure,
        Optional<Pressure> memoryPressure,
        Optional<Pressure> ioPressure) {}
