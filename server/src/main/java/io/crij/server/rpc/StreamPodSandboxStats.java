package io.crij.server.rpc;

import io.crij.cri.v1.StreamPodSandboxStatsRequest;
import io.crij.cri.v1.StreamPodSandboxStatsResponse;
import io.grpc.stub.StreamObserver;

/// As [ListPodSandboxStats], in messages of bounded size; each item is read when it is sent.
final class StreamPodSandboxStats {
    private final ListPodSandboxStats list;
    private final Chunks chunks;

    StreamPodSandboxStats(ListPodSandboxStats list, Chunks chunks) {
        this.list = list;
        this.chunks = chunks;
    }

    void call(StreamPodSandboxStatsRequest request, StreamObserver<StreamPodSandboxStatsResponse> client) {
        chunks.send(
                list.items(request.getFilter()),
                items -> client.onNext(StreamPodSandboxStatsResponse.newBuilder()
                        .addAllPodSandboxStats(items)
                        .build()));
    }
}
