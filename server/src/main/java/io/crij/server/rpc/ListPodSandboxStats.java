package io.crij.server.rpc;

import io.crij.cri.v1.ListPodSandboxStatsRequest;
import io.crij.cri.v1.ListPodSandboxStatsResponse;
import io.crij.sandbox.Pods;
import io.crij.server.cri.Filters;
import io.crij.server.stats.Usage;
import java.util.Optional;

/// Resource usage of the ready pods that a filter lets through.
final class ListPodSandboxStats {
    private final Pods pods;
    private final Usage usage;

    ListPodSandboxStats(Pods pods, Usage usage) {
        this.pods = pods;
        this.usage = usage;
    }

    ListPodSandboxStatsResponse call(ListPodSandboxStatsRequest request) {
        usage.forgetTheGone();
        var answer = ListPodSandboxStatsResponse.newBuilder();
        pods.list().stream()
                .filter(pod -> Filters.matches(request.getFilter(), pod))
                .map(usage::ready)
                .flatMap(Optional::stream)
                .forEach(answer::addStats);
        return answer.build();
    }
}
