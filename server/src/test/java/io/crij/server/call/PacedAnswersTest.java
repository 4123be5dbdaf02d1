package io.crij.server.call;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crij.cri.v1.ContainerEventResponse;
import io.crij.cri.v1.GetEventsRequest;
import io.crij.cri.v1.RuntimeServiceGrpc;
import io.crij.server.cli.CriClient;
import io.crij.server.transport.UnixServer;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import io.prometheus.client.CollectorRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Streams of answers over a real unix socket.
class PacedAnswersTest {
    private static final int MANY = 2_000;
    private static final ContainerEventResponse LARGE = ContainerEventResponse.newBuilder()
            .setContainerId("x".repeat(10_000))
            .build();

    @TempDir
    Path folder;

    private final AtomicReference<Calls.StreamingVerb<GetEventsRequest, ContainerEventResponse>> verb =
            new AtomicReference<>();
    private final CountDownLatch ended = new CountDownLatch(1);
    private UnixServer server;
    private CriClient client;

    @BeforeEach
    void start() throws Exception {
        var readiness = new Readiness();
        readiness.enter(new Readiness.Phase.Ready());
        var calls = new Calls(readiness, new CallMetrics(new CollectorRegistry()));
        var endpoint = new RuntimeServiceGrpc.RuntimeServiceImplBase() {
            @Override
            public void getContainerEvents(GetEventsRequest request, StreamObserver<ContainerEventResponse> answers) {
                calls.paced("GetContainerEvents", request, answers, (question, paced) -> {
                    try {
                        verb.get().call(question, paced);
                    } finally {
                        ended.countDown();
                    }
                });
            }
        };
        server = new UnixServer(folder.resolve("s.sock"), 1 << 20, 1 << 20, List.of(endpoint));
        client = new CriClient(folder.resolve("s.sock"), Duration.ofSeconds(60));
    }

    @AfterEach
    void stop() {
        client.close();
        server.close();
    }

    @Test
    void allAnswersArriveAndTheStreamEnds() {
        verb.set((_, answers) -> send(answers, new AtomicInteger(), MANY));
        var got = new AtomicInteger();
        client.runtime()
                .getContainerEvents(GetEventsRequest.getDefaultInstance())
                .forEachRemaining(_ -> got.incrementAndGet());
        assertEquals(MANY, got.get());
    }

    @Test
    void nothingIsSentAheadOfAClientThatDoesNotRead() throws Exception {
        var sent = new AtomicInteger();
        verb.set((_, answers) -> send(answers, sent, MANY));
        var call = idleCall();
        assertTrue(!ended.await(1, TimeUnit.SECONDS), "20 MB were sent to a client that reads nothing");
        int waiting = sent.get();
        assertTrue(waiting < MANY / 2, waiting + " answers");
        call.cancel("enough", null);
        assertTrue(ended.await(30, TimeUnit.SECONDS), "the call goes on after its client has gone");
        assertTrue(sent.get() < MANY, sent + " answers");
    }

    @Test
    void aClientThatGoesInterruptsTheWaitForTheNextAnswer() throws Exception {
        var waits = new CountDownLatch(1);
        verb.set((_, _) -> {
            waits.countDown();
            new CountDownLatch(1).await();
        });
        var call = idleCall();
        assertTrue(waits.await(30, TimeUnit.SECONDS));
        call.cancel("enough", null);
        assertTrue(ended.await(30, TimeUnit.SECONDS));
    }

    @Test
    void aFailureEndsTheStreamWithItsStatus() {
        verb.set((_, answers) -> {
            answers.onNext(LARGE);
            throw Status.RESOURCE_EXHAUSTED.withDescription("too slow").asRuntimeException();
        });
        var answers = client.runtime().getContainerEvents(GetEventsRequest.getDefaultInstance());
        assertEquals(LARGE, answers.next());
        var failure = assertThrows(StatusRuntimeException.class, answers::hasNext);
        assertEquals(Status.Code.RESOURCE_EXHAUSTED, failure.getStatus().getCode());
    }

    private static void send(StreamObserver<ContainerEventResponse> answers, AtomicInteger sent, int count) {
        for (int i = 0; i < count; i++) {
            answers.onNext(LARGE);
            sent.incrementAndGet();
        }
    }

    /// Asks, and takes no answer.
    private ClientCall<GetEventsRequest, ContainerEventResponse> idleCall() {
        var call = client.runtime()
                .getChannel()
                .newCall(RuntimeServiceGrpc.getGetContainerEventsMethod(), CallOptions.DEFAULT);
        call.start(new ClientCall.Listener<>() {}, new Metadata());
        call.sendMessage(GetEventsRequest.getDefaultInstance());
        call.halfClose();
        call.request(1);
        return call;
    }
}
