package io.crij.server.rpc;

import io.crij.cri.v1.ContainerStats;
import io.crij.cri.v1.ContainerStatsFilter;
import io.crij.cri.v1.ListContainerStatsRequest;
import io.crij.cri.v1.ListContainerStatsResponse;
import io.crij.server.cri.EncodedItems;
import io.crij.server.cri.Filters;
import io.crij.server.stats.Usage;
import java.util.stream.Stream;

/// Resource usage of the containers that have a process and that a filter lets through.
final class ListContainerStats {
    private final Usage usage;

    ListContainerStats(Usage usage) {
        this.usage = usage;
    }

    ListContainerStatsResponse call(ListContainerStatsRequest request) {
        return ListContainerStatsResponse.newBuilder()
                .setUnknownFields(EncodedItems.field(
                        ListContainerStatsResponse.STATS_FIELD_NUMBER,
                        usage.allRunning(container -> Filters.matches(request.getFilter(), container))))
                .build();
    }

    Stream<ContainerStats> items(ContainerStatsFilter filter) {
        return usage.running(container -> Filters.matches(filter, container));
    }
}
