package io.crij.server.rpc;

import io.crij.cri.v1.ListContainerStatsRequest;
import io.crij.cri.v1.ListContainerStatsResponse;
import io.crij.sandbox.Containers;
import io.crij.server.cri.Filters;
import io.crij.server.stats.Usage;
import java.util.Optional;

/// Resource usage of the containers that have a process and that a filter lets through.
final class ListContainerStats {
    private final Containers containers;
    private final Usage usage;

    ListContainerStats(Containers containers, Usage usage) {
        this.containers = containers;
        this.usage = usage;
    }

    ListContainerStatsResponse call(ListContainerStatsRequest request) {
        usage.forgetTheGone();
        var answer = ListContainerStatsResponse.newBuilder();
        containers.list().stream()
                .filter(container -> Filters.matches(request.getFilter(), container))
                .map(usage::running)
                .flatMap(Optional::stream)
                .forEach(answer::addStats);
        return answer.build();
    }
}
