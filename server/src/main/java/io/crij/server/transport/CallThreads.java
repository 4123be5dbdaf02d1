package io.crij.server.transport;

import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallExecutorSupplier;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/// Where the call-backs of a call run: on the thread that moves the bytes, but for calls whose requests are a stream,
/// since each part of it is work that may wait.
final class CallThreads implements ServerCallExecutorSupplier {
    private final Executor own;

    /// @param own a thread for each call
    CallThreads(Executor own) {
        this.own = own;
    }

    /// Null is the executor of the server.
    @Override
    public <Q, A> @Nullable Executor getExecutor(ServerCall<Q, A> call, Metadata headers) {
        return call.getMethodDescriptor().getType().clientSendsOneMessage() ? null : own;
    }
}
