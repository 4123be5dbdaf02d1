package io.crij.server.rpc;

import io.crij.cri.v1.StreamContainerStatsRequest;
import io.crij.cri.v1.StreamContainerStatsResponse;
import io.grpc.stub.StreamObserver;

/// As [ListContainerStats], in messages of bounded size; each item is read when it is sent.
final class StreamContainerStats {
    private final ListContainerStats list;
    private final Chunks chunks;

    StreamContainerStats(ListContainerStats list, Chunks chunks) {
        this.list = list;
        this.chunks = chunks;
    }

    void call(StreamContainerStatsRequest request, StreamObserver<StreamContainerStatsResponse> client) {
        chunks.send(
                list.items(request.getFilter()),
                items -> client.onNext(StreamContainerStatsResponse.newBuilder()
                        .addAllContainerStats(items)
                        .build()));
    }
}
