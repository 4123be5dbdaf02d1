package io.crij.server.rpc;

import io.crij.cri.v1.ListMetricDescriptorsRequest;
import io.crij.cri.v1.ListMetricDescriptorsResponse;
import io.crij.server.stats.PodMetrics;

/// What the metrics of [ListPodSandboxMetrics] are called and mean.
final class ListMetricDescriptors {
    private final ListMetricDescriptorsResponse answer;

    ListMetricDescriptors(PodMetrics metrics) {
        answer = ListMetricDescriptorsResponse.newBuilder()
                .addAllDescriptors(metrics.descriptors())
                .build();
    }

    ListMetricDescriptorsResponse call(ListMetricDescriptorsRequest request) {
        return answer;
    }
}
