package io.crij.server.call;

import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;

/// The answers of a call that may have many of them, sent no faster than the client takes them: [#onNext] waits while
/// the transport has enough to do. For one sending thread, which must not be the one that serves the call-backs of
/// gRPC. The lock guards nothing but the waiting.
final class PacedAnswers<A> implements StreamObserver<A> {
    private final ServerCallStreamObserver<A> client;
    private final Object lock = new Object();

    /// Must be made before the method that gRPC has called returns.
    PacedAnswers(ServerCallStreamObserver<A> client) {
        this.client = client;
        client.setOnReadyHandler(this::wake);
        client.setOnCancelHandler(this::wake);
    }

    private void wake() {
        synchronized (lock) {
            lock.notifyAll();
        }
    }

    @Override
    public void onNext(A answer) {
        awaitReady();
        client.onNext(answer);
    }

    private void awaitReady() {
        synchronized (lock) {
            while (!client.isReady()) {
                if (client.isCancelled()) {
                    throw gone();
                }
                try {
                    lock.wait();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw gone();
                }
            }
        }
    }

    private static RuntimeException gone() {
        return Status.CANCELLED.withDescription("the client has gone").asRuntimeException();
    }

    @Override
    public void onError(Throwable failure) {
        if (!client.isCancelled()) {
            client.onError(failure);
        }
    }

    @Override
    public void onCompleted() {
        if (!client.isCancelled()) {
            client.onCompleted();
        }
    }
}
