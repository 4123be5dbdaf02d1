package io.crij.server.call;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import io.crij.cri.v1.AuthConfig;
import io.crij.cri.v1.ExecSyncRequest;
import io.crij.cri.v1.ExecSyncResponse;
import io.crij.cri.v1.ImageSpec;
import io.crij.cri.v1.PullImageRequest;
import io.crij.cri.v1.RuntimeServiceGrpc;
import io.crij.cri.v1.VersionRequest;
import io.crij.cri.v1.VersionResponse;
import io.crij.sandbox.SandboxException;
import io.crij.server.cli.CriClient;
import io.crij.server.transport.UnixServer;
import io.grpc.Context;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import io.prometheus.client.CollectorRegistry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/// Calls over a real unix socket with one RPC whose work each test gives.
class CallsTest {
    private static final ExecSyncRequest REQUEST =
            ExecSyncRequest.newBuilder().setContainerId("c1").build();

    @TempDir
    Path folder;

    private final Logger logger = (Logger) LoggerFactory.getLogger(Calls.class);
    private final Readiness readiness = new Readiness();
    private final CollectorRegistry registry = new CollectorRegistry();
    private final AtomicReference<Verb<ExecSyncRequest, ExecSyncResponse>> verb = new AtomicReference<>();
    private final AtomicReference<Verb<VersionRequest, VersionResponse>> quick = new AtomicReference<>();
    private UnixServer server;
    private CriClient client;

    @BeforeEach
    void start() throws Exception {
        logger.setLevel(Level.INFO);
        var calls = new Calls(readiness, new CallMetrics(registry));
        var endpoint = new RuntimeServiceGrpc.RuntimeServiceImplBase() {
            @Override
            public void execSync(ExecSyncRequest request, StreamObserver<ExecSyncResponse> answers) {
                calls.unary("ExecSync", request, answers, question -> verb.get().call(question));
            }

            @Override
            public void version(VersionRequest request, StreamObserver<VersionResponse> answers) {
                calls.quick("Version", request, answers, question -> quick.get().call(question));
            }
        };
        server = new UnixServer(folder.resolve("s.sock"), 1 << 20, 1 << 20, List.of(endpoint));
        client = new CriClient(folder.resolve("s.sock"), Duration.ofSeconds(60));
        readiness.enter(new Readiness.Phase.Ready());
    }

    @AfterEach
    void stop() {
        logger.setLevel(null);
        client.close();
        server.close();
    }

    @Test
    void answerArrivesAndIsCounted() {
        verb.set(_ -> ExecSyncResponse.newBuilder().setExitCode(7).build());
        assertEquals(7, stub().execSync(REQUEST).getExitCode());
        assertEquals(1.0, counted("OK"));
    }

    @Test
    void everyCallHasAVirtualThreadOfItsOwn() {
        verb.set(_ -> ExecSyncResponse.newBuilder()
                .setExitCode(Thread.currentThread().isVirtual() ? 1 : 0)
                .build());
        assertEquals(1, stub().execSync(REQUEST).getExitCode());
    }

    @Test
    void aQuickCallIsAnsweredByTheThreadThatMovesTheBytes() {
        quick.set(_ -> VersionResponse.newBuilder()
                .setVersion(Thread.currentThread().getName())
                .build());
        assertEquals("grpc", version().getVersion());
        assertEquals(1.0, counted("Version", "OK"));
    }

    @Test
    void aQuickCallThatIsLoggedHasAThreadOfItsOwn() {
        logger.setLevel(Level.DEBUG);
        quick.set(_ -> VersionResponse.newBuilder()
                .setVersion(Thread.currentThread().isVirtual() ? "virtual" : "platform")
                .build());
        assertEquals("virtual", version().getVersion());
    }

    @Test
    void aQuickCallThatFailsIsLoggedByAnotherThreadAndCounted() throws Exception {
        var loggers = new ArrayBlockingQueue<Thread>(1);
        var appender = new AppenderBase<ILoggingEvent>() {
            @Override
            protected void append(ILoggingEvent event) {
                if (event.getFormattedMessage().startsWith("Version")) {
                    loggers.add(Thread.currentThread());
                }
            }
        };
        appender.start();
        logger.addAppender(appender);
        try {
            quick.set(_ -> {
                throw new SandboxException.NotFound("container", "c9");
            });
            var failure = assertThrows(StatusRuntimeException.class, this::version);
            assertEquals(Status.Code.NOT_FOUND, failure.getStatus().getCode());
            assertTrue(loggers.take().isVirtual());
            assertEquals(1.0, counted("Version", "NOT_FOUND"));
            aQuickCallIsAnsweredByTheThreadThatMovesTheBytes();
        } finally {
            logger.detachAppender(appender);
        }
    }

    @Test
    void aQuickCallWaitsForRecoveryToo() {
        readiness.enter(new Readiness.Phase.Starting("recovering pods"));
        quick.set(_ -> VersionResponse.getDefaultInstance());
        var failure = assertThrows(StatusRuntimeException.class, this::version);
        assertEquals(Status.Code.UNAVAILABLE, failure.getStatus().getCode());
    }

    @Test
    void tooLargeAnAnswerOfAQuickCallIsAnErrorAndNotABrokenConnection() {
        quick.set(_ ->
                VersionResponse.newBuilder().setVersion("x".repeat(2 << 20)).build());
        var failure = assertThrows(StatusRuntimeException.class, this::version);
        assertEquals(Status.Code.RESOURCE_EXHAUSTED, failure.getStatus().getCode());
        aQuickCallIsAnsweredByTheThreadThatMovesTheBytes();
    }

    @Test
    void workThatWaitsKeepsNoQuickCallFromItsAnswer() throws Exception {
        var begun = blockUntilInterrupted(new CountDownLatch(1));
        var context = Context.current().withCancellation();
        Runnable call = () -> assertThrows(StatusRuntimeException.class, () -> stub().execSync(REQUEST));
        var caller = Thread.ofVirtual().start(context.wrap(call));
        begun.await();
        aQuickCallIsAnsweredByTheThreadThatMovesTheBytes();
        context.cancel(null);
        caller.join();
    }

    @Test
    void failureOfTheDomainBecomesItsStatus() {
        verb.set(request -> {
            throw new SandboxException.NotFound("container", request.getContainerId());
        });
        var failure = assertThrows(StatusRuntimeException.class, () -> stub().execSync(REQUEST));
        assertEquals(Status.Code.NOT_FOUND, failure.getStatus().getCode());
        assertTrue(failure.getStatus().getDescription().contains("c1"));
        assertEquals(1.0, counted("NOT_FOUND"));
    }

    @Test
    void unexpectedFailureIsInternalAndTheServerLivesOn() {
        verb.set(_ -> {
            throw new IllegalStateException("a bug");
        });
        var failure = assertThrows(StatusRuntimeException.class, () -> stub().execSync(REQUEST));
        assertEquals(Status.Code.INTERNAL, failure.getStatus().getCode());
        answerArrivesAndIsCounted();
    }

    @Test
    void nothingIsServedBeforeRecovery() {
        readiness.enter(new Readiness.Phase.Starting("recovering pods"));
        verb.set(_ -> ExecSyncResponse.getDefaultInstance());
        var failure = assertThrows(StatusRuntimeException.class, () -> stub().execSync(REQUEST));
        assertEquals(Status.Code.UNAVAILABLE, failure.getStatus().getCode());
        assertEquals(
                "crij is starting: recovering pods; try again soon",
                failure.getStatus().getDescription());
    }

    @Test
    void cancelledCallInterruptsItsWork() throws Exception {
        var interrupted = new CountDownLatch(1);
        var begun = blockUntilInterrupted(interrupted);
        var context = Context.current().withCancellation();
        Runnable call = () -> assertThrows(StatusRuntimeException.class, () -> stub().execSync(REQUEST));
        var caller = Thread.ofVirtual().start(context.wrap(call));
        begun.await();
        context.cancel(null);
        assertTrue(interrupted.await(60, TimeUnit.SECONDS));
        caller.join();
    }

    @Test
    void passedDeadlineInterruptsTheWork() throws Exception {
        var interrupted = new CountDownLatch(1);
        blockUntilInterrupted(interrupted);
        var failure = assertThrows(
                StatusRuntimeException.class,
                () -> stub().withDeadlineAfter(5, TimeUnit.SECONDS).execSync(REQUEST));
        assertEquals(Status.Code.DEADLINE_EXCEEDED, failure.getStatus().getCode());
        assertTrue(interrupted.await(60, TimeUnit.SECONDS));
    }

    @Test
    void tooLargeAnAnswerIsAnErrorAndNotABrokenConnection() {
        verb.set(_ -> ExecSyncResponse.newBuilder()
                .setStdout(com.google.protobuf.ByteString.copyFrom(new byte[2 << 20]))
                .build());
        var failure = assertThrows(StatusRuntimeException.class, () -> stub().execSync(REQUEST));
        assertEquals(Status.Code.RESOURCE_EXHAUSTED, failure.getStatus().getCode());
        assertTrue(failure.getStatus().getDescription().contains("server.max_response_size"));
    }

    @Test
    void whatIsNotThereYetIsUnimplemented() {
        var failure = assertThrows(
                StatusRuntimeException.class,
                () -> stub().checkpointContainer(io.crij.cri.v1.CheckpointContainerRequest.getDefaultInstance()));
        assertEquals(Status.Code.UNIMPLEMENTED, failure.getStatus().getCode());
    }

    @Test
    void socketHasMode0660AndGoesWithTheServer() throws Exception {
        var socket = folder.resolve("s.sock");
        assertEquals("rw-rw----", PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)));
        server.close();
        assertFalse(Files.exists(socket));
        try (var files = Files.list(folder)) {
            assertEquals(0, files.count());
        }
    }

    @Test
    void summaryHasNoSecrets() {
        var request = PullImageRequest.newBuilder()
                .setImage(ImageSpec.newBuilder().setImage("busybox"))
                .setAuth(AuthConfig.newBuilder().setUsername("u").setPassword("secret"))
                .build();
        assertEquals("image=busybox", RequestSummary.of(request));
    }

    /// The work ends only by an interrupt.
    private CountDownLatch blockUntilInterrupted(CountDownLatch interrupted) {
        var begun = new CountDownLatch(1);
        verb.set(_ -> {
            begun.countDown();
            try {
                new CountDownLatch(1).await();
                throw new IllegalStateException("never");
            } catch (InterruptedException e) {
                interrupted.countDown();
                throw e;
            }
        });
        return begun;
    }

    private RuntimeServiceGrpc.RuntimeServiceBlockingStub stub() {
        return client.runtime(Duration.ofSeconds(60));
    }

    private VersionResponse version() {
        return stub().version(VersionRequest.getDefaultInstance());
    }

    private Double counted(String code) {
        return counted("ExecSync", code);
    }

    private Double counted(String method, String code) {
        return registry.getSampleValue("crij_rpc_total", new String[] {"method", "code"}, new String[] {method, code});
    }
}
