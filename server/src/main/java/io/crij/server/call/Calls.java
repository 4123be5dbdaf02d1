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

    /// Serves one call with one answer on the calling thread.
    public <Q extends Message, A extends Message> void unary(
            String method, Q request, StreamObserver<A> client, Verb<Q, A> verb) {
        streaming(method, request, client, (question, answers) -> answers.onNext(verb.call(question)));
    }

    /// Serves one call with any number of answers on the calling thread.
    public <Q extends Message, A extends Message> void streaming(
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
        var took = Duration.ofNanos(System.nanoTime() - start);
        metrics.record(method, status.getCode(), took);
        log(method, request, client, status, took);
        if (status.isOk()) {
            client.onCompleted();
        } else {
            client.onError(status.asRuntimeException());
        }
    }

    /// Serves one call with many answers on a thread of its own, so that the client's readiness and its end are heard
    /// meanwhile: an answer is sent when the client takes it, see [PacedAnswers].
    public <Q extends Message, A extends Message> void paced(
            String method, Q request, StreamObserver<A> client, StreamingVerb<Q, A> verb) {
        var answers = new PacedAnswers<>((ServerCallStreamObserver<A>) client);
        Thread.ofVirtual()
                .name("rpc-" + method)
                .start(Context.current().wrap(() -> streaming(method, request, answers, verb)));
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
