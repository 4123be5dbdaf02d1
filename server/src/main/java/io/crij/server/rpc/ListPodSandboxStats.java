package io.crij.server.rpc;

import io.crij.cri.v1.ListPodSandboxStatsRequest;
import io.crij.cri.v1.ListPodSandboxStatsResponse;
import io.crij.cri.v1.PodSandboxStats;
import io.crij.cri.v1.PodSandboxStatsFilter;
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
        var answer = ListPodSandboxStatsResponse.newBuilder();
        items(request.getFilter()).forEach(answer::addStats);
        return answer.build();
    }

    Stream<PodSandboxStats> items(PodSandboxStatsFilter filter) {
        return usage.ready(pod -> Filters.matches(filter, pod));
    }
}
