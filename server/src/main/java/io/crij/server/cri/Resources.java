package io.crij.server.cri;

import io.crij.cri.v1.HugepageLimit;
import io.crij.cri.v1.LinuxContainerResources;
import io.crij.sandbox.ContainerResources;
import java.util.LinkedHashMap;

/// Limits of a container, between the schema and the sandbox module.
public final class Resources {
    private Resources() {}

    public static ContainerResources of(LinuxContainerResources resources) {
        var hugepages = new LinkedHashMap<String, Long>();
        resources.getHugepageLimitsList().forEach(limit -> hugepages.put(limit.getPageSize(), limit.getLimit()));
        return new ContainerResources(
                resources.getCpuPeriod(),
                resources.getCpuQuota(),
                resources.getCpuShares(),
                resources.getMemoryLimitInBytes(),
                resources.getOomScoreAdj(),
                resources.getCpusetCpus(),
                resources.getCpusetMems(),
                hugepages,
                resources.getUnifiedMap(),
                resources.getMemorySwapLimitInBytes());
    }

    public static LinuxContainerResources message(ContainerResources resources) {
        var message = LinuxContainerResources.newBuilder()
                .setCpuPeriod(resources.cpuPeriod())
                .setCpuQuota(resources.cpuQuota())
                .setCpuShares(resources.cpuShares())
                .setMemoryLimitInBytes(resources.memoryLimit())
                .setOomScoreAdj(resources.oomScoreAdj())
                .setCpusetCpus(resources.cpusetCpus())
                .setCpusetMems(resources.cpusetMems())
                .putAllUnified(resources.unified())
                .setMemorySwapLimitInBytes(resources.memorySwapLimit());
        resources.hugepageLimits().entrySet().stream()
                .map(entry ->
                        HugepageLimit.newBuilder().setPageSize(entry.getKey()).setLimit(entry.getValue()))
                .forEach(message::addHugepageLimits);
        return message.build();
    }
}
