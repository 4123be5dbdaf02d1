package io.crij.server.rpc;

import io.crij.cri.v1.StreamContainersRequest;
import io.crij.cri.v1.StreamContainersResponse;
import io.grpc.stub.StreamObserver;

/// As [ListContainers], in messages of bounded size.
final class StreamContainers {
    private final ListContainers list;
    private final Chunks chunks;

    StreamContainers(ListContainers list, Chunks chunks) {
        this.list = list;
        this.chunks = chunks;
    }

    void call(StreamContainersRequest request, StreamObserver<StreamContainersResponse> client) {
        chunks.send(
                list.items(request.getFilter()),
                items -> client.onNext(StreamContainersResponse.newBuilder()
                        .addAllContainers(items)
                        .build()));
    }
}
