package io.crij.server.rpc;

import io.crij.cri.v1.ListPodSandboxMetricsRequest;
import io.crij.cri.v1.ListPodSandboxMetricsResponse;
import io.crij.server.cri.EncodedItems;
import io.crij.server.stats.PodMetrics;

/// The metrics of all ready pods and their running containers.
final class ListPodSandboxMetrics {
    private final PodMetrics metrics;

    ListPodSandboxMetrics(PodMetrics metrics) {
        this.metrics = metrics;
    }

    ListPodSandboxMetricsResponse call(ListPodSandboxMetricsRequest request) {
        return ListPodSandboxMetricsResponse.newBuilder()
                .setUnknownFields(
                        EncodedItems.field(ListPodSandboxMetricsResponse.POD_METRICS_FIELD_NUMBER, metrics.all()))
                .build();
    }
}
