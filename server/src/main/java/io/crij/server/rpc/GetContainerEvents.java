package io.crij.server.rpc;

import io.crij.cri.v1.ContainerEventResponse;
import io.crij.cri.v1.GetEventsRequest;
import io.crij.server.events.ContainerEvents;
import io.crij.server.events.EventQueue;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;

/// Follows the life of pods and containers (evented PLEG), until the client goes or does not keep up.
final class GetContainerEvents {
    private final ContainerEvents events;

    GetContainerEvents(ContainerEvents events) {
        this.events = events;
    }

    void call(GetEventsRequest request, StreamObserver<ContainerEventResponse> client) throws InterruptedException {
        var queue = events.subscribe();
        try {
            while (true) {
                client.onNext(queue.take());
            }
        } catch (EventQueue.Ended e) {
            var code = e.overflowed() ? Status.RESOURCE_EXHAUSTED : Status.UNAVAILABLE;
            throw code.withDescription(e.getMessage()).asRuntimeException();
        } finally {
            events.unsubscribe(queue);
        }
    }
}
