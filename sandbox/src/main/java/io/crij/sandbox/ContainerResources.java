package io.crij.sandbox;

import java.util.Map;

/// Limits as CRI states them (api.proto LinuxContainerResources); zero and empty mean "not set".
///
/// @param cpuPeriod microseconds
/// @param cpuQuota microseconds
/// @param memoryLimit bytes
/// @param memorySwapLimit bytes, memory and swap together
/// @param hugepageLimits page size such as `2MB` to bytes
/// @param unified cgroup v2 file name to value
public record ContainerResources(
        long cpuPeriod,
        long cpuQuota,
        long cpuShares,
        long memoryLimit,
        long oomScoreAdj,
        String cpusetCpus,
        String cpusetMems,
        Map<String, Long> hugepageLimits,
        Map<String, String> unified,
        long memorySwapLimit) {
    public ContainerResources {
        hugepageLimits = Map.copyOf(hugepageLimits);
        unified = Map.copyOf(unified);
    }

    public static ContainerResources none() {
        return new ContainerResources(0, 0, 0, 0, 0, "", "", Map.of(), Map.of(), 0);
    }

    /// This with everything that `update` sets (zero is "unchanged").
    public ContainerResources updatedBy(ContainerResources update) {
        return new ContainerResources(
                update.cpuPeriod != 0 ? update.cpuPeriod : cpuPeriod,
                update.cpuQuota != 0 ? update.cpuQuota : cpuQuota,
                update.cpuShares != 0 ? update.cpuShares : cpuShares,
                update.memoryLimit != 0 ? update.memoryLimit : memoryLimit,
                update.oomScoreAdj != 0 ? update.oomScoreAdj : oomScoreAdj,
                update.cpusetCpus.isEmpty() ? cpusetCpus : update.cpusetCpus,
                update.cpusetMems.isEmpty() ? cpusetMems : update.cpusetMems,
                merged(hugepageLimits, update.hugepageLimits),
                merged(unified, update.unified),
                update.memorySwapLimit != 0 ? update.memorySwapLimit : memorySwapLimit);
    }

    private static <V> Map<String, V> merged(Map<String, V> old, Map<String, V> update) {
        var all = new java.util.HashMap<>(old);
        all.putAll(update);
        return all;
    }
}
