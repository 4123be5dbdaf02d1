package io.crij.server.rpc;

import io.crij.cri.v1.ListPodSandboxStatsRequest;
import io.crij.cri.v1.ListPodSandboxStatsResponse;
import io.crij.cri.v1.PodSandboxStats;
import io.crij.cri.v1.PodSandboxStatsFilter;
import io.crij.server.cri.EncodedItems;
import io.crij.server.cri.Filters;
import io.crij.server.stats.Usage;
import java.util.stream.Stream;

/// Resource usage of the ready pods that a filter lets through.
final class ListPodSandboxStats {
    private final Usage usage;

    ListPodSandboxStats(Usage usage) {
        this.usage = usage;
    }

    ListPodSandboxStatsResponse call(ListPodSandboxStatsRequest request) {
        return ListPodSandboxStatsResponse.newBuilder()
                .setUnknownFields(EncodedItems.field(
                        ListPodSandboxStatsResponse.STATS_FIELD_NUMBER,
                        usage.allReady(pod -> Filters.matches(request.getFilter(), pod))))
                .build();
    }

    Stream<PodSandboxStats> items(PodSandboxStatsFilter filter) {
        return usage.ready(pod -> Filters.matches(filter, pod));
    }
}
