package io.crij.server.rpc;

import io.crij.cri.v1.ListPodSandboxMetricsRequest;
import io.crij.cri.v1.ListPodSandboxMetricsResponse;
import io.crij.server.stats.PodMetrics;

/// The metrics of all ready pods and their running containers.
final class ListPodSandboxMetrics {
    private final PodMetrics metrics;

    ListPodSandboxMetrics(PodMetrics metrics) {
        this.metrics = metrics;
    }

    ListPodSandboxMetricsResponse call(ListPodSandboxMetricsRequest request) {
        var answer = ListPodSandboxMetricsResponse.newBuilder();
        metrics.list().forEach(answer::addPodMetrics);
        return answer.build();
    }
}
