package io.crij.server.call;

import com.google.protobuf.Message;
import io.grpc.Context;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What every RPC has in common: one line in the log, the metrics, "not ready until recovered", the end of the work
/// when
/// the client goes or its deadline passes, and the gRPC status of a failure.
public final class Calls {
    private static final Logger LOG = LoggerFactory.getLogger(Calls.class);

    private final Readiness readiness;
    private final CallMetrics metrics;

    public Calls(Readiness readiness, CallMetrics metrics) {
        this.readiness = readiness;
        this.metrics = metrics;
    }

    /// What an RPC with several answers does; it sends them itself.
    @FunctionalInterface
    public interface StreamingVerb<Q, A> {
        void call(Q request, StreamObserver<A> answers) throws Exception;
    }

    /// Serves one call with one answer on a virtual thread of its own.
    public <Q extends Message, A extends Message> void unary(
            String method, Q request, StreamObserver<A> client, Verb<Q, A> verb) {
        streaming(method, request, client, (question, answers) -> answers.onNext(verb.call(question)));
    }

    /// Serves one call on the calling thread, which is the one that moves the bytes of all clients: to hand a call
    /// over and its answer back takes longer than to find most answers. The verb finds its own in memory: it waits
    /// for no file, process or lock that is held by one who waits, and hears nothing of the client's end.
    public <Q extends Message, A extends Message> void quick(
            String method, Q request, StreamObserver<A> client, Verb<Q, A> verb) {
        if (LOG.isDebugEnabled()) {
            // whoever reads the log may be slow
            unary(method, request, client, verb);
            return;
        }
        long start = System.nanoTime();
        try {
            refuseUnlessReady();
            client.onNext(verb.call(request));
        } catch (Exception e) {
            var took = Duration.ofNanos(System.nanoTime() - start);
            apart(method, () -> end(method, request, client, status(e), took));
            return;
        }
        metrics.record(method, Status.Code.OK, Duration.ofNanos(System.nanoTime() - start));
        client.onCompleted();
    }

    /// Serves one call with any number of answers on a virtual thread of its own.
    public <Q extends Message, A extends Message> void streaming(
            String method, Q request, StreamObserver<A> client, StreamingVerb<Q, A> verb) {
        apart(method, () -> serve(method, request, client, verb));
    }

    /// As [#streaming], on the calling thread, which may wait.
    public <Q extends Message, A extends Message> void serve(
            String method, Q request, StreamObserver<A> client, StreamingVerb<Q, A> verb) {
        long start = System.nanoTime();
        var status = Status.OK;
        try (var presence = new ClientPresence()) {
            try {
                refuseUnlessReady();
                verb.call(request, client);
            } catch (Exception e) {
                status = status(e, presence);
            }
        }
        end(method, request, client, status, Duration.ofNanos(System.nanoTime() - start));
    }

    private <Q extends Message> void end(
            String method, Q request, StreamObserver<?> client, Status status, Duration took) {
        metrics.record(method, status.getCode(), took);
        log(method, request, client, status, took);
        if (status.isOk()) {
            client.onCompleted();
        } else {
            client.onError(status.asRuntimeException());
        }
    }

    /// As [#streaming]; an answer is sent when the client takes it, see [PacedAnswers].
    public <Q extends Message, A extends Message> void paced(
            String method, Q request, StreamObserver<A> client, StreamingVerb<Q, A> verb) {
        var answers = new PacedAnswers<>((ServerCallStreamObserver<A>) client);
        apart(method, () -> serve(method, request, answers, verb));
    }

    private static void apart(String method, Runnable work) {
        Thread.ofVirtual().name("rpc-" + method).start(Context.current().wrap(work));
    }

    private void refuseUnlessReady() {
        readiness.obstacle().ifPresent(obstacle -> {
            throw Status.UNAVAILABLE.withDescription(obstacle).asRuntimeException();
        });
    }

    private static Status status(Exception failure, ClientPresence presence) {
        if (presence.gone()) {
            return presence.pastDeadline()
                    ? Status.DEADLINE_EXCEEDED
                            .withDescription("the deadline of the call passed; what it had begun was undone or goes on"
                                    + " in the background")
                            .withCause(failure)
                    : Status.CANCELLED
                            .withDescription("the client cancelled the call")
                            .withCause(failure);
        }
        return status(failure);
    }

    private static Status status(Exception failure) {
        return switch (failure) {
            case StatusRuntimeException known -> known.getStatus();
            case InterruptedException _ ->
                Status.UNAVAILABLE
                        .withDescription("crij is stopping; try again")
                        .withCause(failure);
            default -> Statuses.of(failure);
        };
    }

    private static void log(String method, Message request, StreamObserver<?> client, Status status, Duration took) {
        if (status.getCode() == Status.Code.CANCELLED && client instanceof PacedAnswers) {
            // that is how a client ends a stream it has followed
            LOG.debug("{} {} was left after {} ms", method, lazily(request), took.toMillis());
            return;
        }
        switch (status.getCode()) {
            case OK -> LOG.debug("{} {} took {} ms", method, lazily(request), took.toMillis());
            case INTERNAL, UNKNOWN, DATA_LOSS ->
                LOG.error(
                        "{} {} failed after {} ms: {}",
                        method,
                        RequestSummary.of(request),
                        took.toMillis(),
                        status.getDescription(),
                        status.getCause());
            default ->
                LOG.warn(
                        "{} {} ended with {} after {} ms: {}",
                        method,
                        RequestSummary.of(request),
                        status.getCode(),
                        took.toMillis(),
                        status.getDescription());
        }
    }

    private static Object lazily(Message request) {
        return new Object() {
            @Override
            public String toString() {
                return RequestSummary.of(request);
            }
        };
    }
}
