package io.crij.server.rpc;

import io.crij.cri.v1.StreamImagesRequest;
import io.crij.cri.v1.StreamImagesResponse;
import io.grpc.stub.StreamObserver;

/// As [ListImages], in messages of bounded size.
final class StreamImages {
    private final ListImages list;
    private final Chunks chunks;

    StreamImages(ListImages list, Chunks chunks) {
        this.list = list;
        this.chunks = chunks;
    }

    void call(StreamImagesRequest request, StreamObserver<StreamImagesResponse> client) {
        chunks.send(
                list.items(request.getFilter()),
                items -> client.onNext(
                        StreamImagesResponse.newBuilder().addAllImages(items).build()));
    }
}
