package io.crij.server.rpc;

import io.crij.cri.v1.StreamPodSandboxMetricsRequest;
import io.crij.cri.v1.StreamPodSandboxMetricsResponse;
import io.crij.server.stats.PodMetrics;
import io.grpc.stub.StreamObserver;

/// As [ListPodSandboxMetrics], in messages of bounded size; each pod is read when it is sent.
final class StreamPodSandboxMetrics {
    private final PodMetrics metrics;
    private final Chunks chunks;

    StreamPodSandboxMetrics(PodMetrics metrics, Chunks chunks) {
        this.metrics = metrics;
        this.chunks = chunks;
    }

    void call(StreamPodSandboxMetricsRequest request, StreamObserver<StreamPodSandboxMetricsResponse> client) {
        chunks.send(
                metrics.list(),
                items -> client.onNext(StreamPodSandboxMetricsResponse.newBuilder()
                        .addAllPodSandboxMetrics(items)
                        .build()));
    }
}
