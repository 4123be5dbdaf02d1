package io.crij.server.rpc;

import io.crij.cri.v1.StreamPodSandboxesRequest;
import io.crij.cri.v1.StreamPodSandboxesResponse;
import io.grpc.stub.StreamObserver;

/// As [ListPodSandbox], in messages of bounded size.
final class StreamPodSandboxes {
    private final ListPodSandbox list;
    private final Chunks chunks;

    StreamPodSandboxes(ListPodSandbox list, Chunks chunks) {
        this.list = list;
        this.chunks = chunks;
    }

    void call(StreamPodSandboxesRequest request, StreamObserver<StreamPodSandboxesResponse> client) {
        chunks.send(
                list.items(request.getFilter()),
                items -> client.onNext(StreamPodSandboxesResponse.newBuilder()
                        .addAllPodSandboxes(items)
                        .build()));
    }
}
