package io.crij.server.transport;

import com.google.protobuf.MessageLite;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;

/// Refuses to send answers that are larger than a client would take, with a status that says so.
final class ResponseLimit implements ServerInterceptor {
    private final long limit;

    ResponseLimit(long limit) {
        this.limit = limit;
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        return next.startCall(
                new SimpleForwardingServerCall<>(call) {
                    @Override
                    public void sendMessage(A message) {
                        int size = message instanceof MessageLite proto ? proto.getSerializedSize() : 0;
                        if (size > limit) {
                            throw Status.RESOURCE_EXHAUSTED
                                    .withDescription("the answer of " + size + " bytes is larger than"
                                            + " server.max_response_size, " + limit + " bytes")
                                    .asRuntimeException();
                        }
                        super.sendMessage(message);
                    }
                },
                headers);
    }
}
