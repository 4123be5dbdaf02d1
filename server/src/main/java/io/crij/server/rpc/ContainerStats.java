package io.crij.server.rpc;

import io.crij.cri.v1.ContainerStatsRequest;
import io.crij.cri.v1.ContainerStatsResponse;
import io.crij.linux.ErrnoException;
import io.crij.sandbox.Containers;
import io.crij.sandbox.SandboxException;
import io.crij.server.stats.Usage;

/// Resource usage of one container.
final class ContainerStats {
    private final Containers containers;
    private final Usage usage;

    ContainerStats(Containers containers, Usage usage) {
        this.containers = containers;
        this.usage = usage;
    }

    ContainerStatsResponse call(ContainerStatsRequest request) throws SandboxException, ErrnoException {
        var container = containers.find(request.getContainerId());
        return ContainerStatsResponse.newBuilder().setStats(usage.of(container)).build();
    }
}
