package io.crij.ttrpc;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crij.ttrpc.proto.Request;
import io.crij.ttrpc.proto.Response;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class TtrpcTest {
    private static final Duration LONG = Duration.ofSeconds(30);

    private Socket near;
    private Socket far;
    private final CountDownLatch ended = new CountDownLatch(1);

    @BeforeEach
    void connect() throws IOException {
        try (var listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            near = new Socket(listener.getInetAddress(), listener.getLocalPort());
            far = listener.accept();
        }
    }

    @AfterEach
    void disconnect() throws IOException {
        near.close();
        far.close();
    }

    private TtrpcClient client() throws IOException {
        return new TtrpcClient("client", near.getInputStream(), near.getOutputStream(), ended::countDown);
    }

    private AtomicReference<String> serve(TtrpcServer.Handler handler) throws IOException {
        var server = new TtrpcServer("server", far.getInputStream(), far.getOutputStream(), handler);
        var end = new AtomicReference<String>("");
        Thread.ofVirtual().start(() -> {
            try {
                server.serve();
                end.set("well");
            } catch (IOException e) {
                end.set(String.valueOf(e.getMessage()));
            }
        });
        return end;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void answersComeToTheirCalls() throws Exception {
        serve((service, method, payload) -> {
            // the first ones answer last
            Thread.sleep(payload.length > 1 ? 0 : 5);
            return bytes(service + "/" + method + ":" + new String(payload, StandardCharsets.UTF_8));
        });
        try (var client = client();
                var tasks = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<byte[]>> answers = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                var payload = bytes("" + i);
                answers.add(tasks.submit(() -> client.call("a.B", "C", payload, LONG)));
            }
            for (int i = 0; i < 50; i++) {
                assertEquals("a.B/C:" + i, new String(answers.get(i).get(), StandardCharsets.UTF_8));
            }
        }
    }

    @Test
    void largestMessageGoesThrough() throws Exception {
        serve((_, _, payload) -> payload);
        byte[] payload = new byte[(4 << 20) - 100];
        payload[payload.length - 1] = 7;
        try (var client = client()) {
            assertArrayEquals(payload, client.call("a.B", "C", payload, LONG));
        }
    }

    @Test
    void tooLargeMessageIsNotSentAndHurtsNobody() throws Exception {
        serve((_, _, payload) -> payload);
        try (var client = client()) {
            var failure =
                    assertThrows(TtrpcException.TooLarge.class, () -> client.call("a.B", "C", new byte[4 << 20], LONG));
            assertTrue(failure.size() > 4 << 20, failure.getMessage());
            assertEquals(0, client.call("a.B", "C", new byte[0], LONG).length);
        }
    }

    @Test
    void tooLargeAnswerIsAStatus() throws Exception {
        serve((_, _, _) -> new byte[(4 << 20) + 1]);
        try (var client = client()) {
            var failure = assertThrows(TtrpcException.Refused.class, () -> client.call("a.B", "C", new byte[0], LONG));
            assertEquals(StatusCode.RESOURCE_EXHAUSTED, failure.code());
        }
    }

    @Test
    void refusalComesWithCodeAndMessage() throws Exception {
        serve((_, _, _) -> {
            throw new TtrpcException.Refused(StatusCode.NOT_FOUND, "no such thing");
        });
        try (var client = client()) {
            var failure = assertThrows(TtrpcException.Refused.class, () -> client.call("a.B", "C", new byte[0], LONG));
            assertEquals(StatusCode.NOT_FOUND, failure.code());
            assertEquals("no such thing", failure.getMessage());
        }
    }

    @Test
    void handlerThatBreaksIsAnInternalError() throws Exception {
        serve((_, _, _) -> {
            throw new IllegalStateException("oops");
        });
        try (var client = client()) {
            var failure = assertThrows(TtrpcException.Refused.class, () -> client.call("a.B", "C", new byte[0], LONG));
            assertEquals(StatusCode.INTERNAL, failure.code());
        }
    }

    @Test
    void callWithoutAnswerTimesOutAndTheConnectionGoesOn() throws Exception {
        var never = new CountDownLatch(1);
        serve((_, method, payload) -> {
            if (method.equals("Hang")) {
                never.await();
            }
            return payload;
        });
        try (var client = client()) {
            // of the two ends that watch the time either may be first
            var failure = assertThrows(
                    TtrpcException.class, () -> client.call("a.B", "Hang", new byte[0], Duration.ofMillis(50)));
            assertTrue(
                    failure instanceof TtrpcException.TimedOut
                            || failure instanceof TtrpcException.Refused refused
                                    && refused.code() == StatusCode.DEADLINE_EXCEEDED,
                    failure.toString());
            assertArrayEquals(bytes("x"), client.call("a.B", "C", bytes("x"), LONG));
        }
    }

    @Test
    void serverIsToldTheTimeAndGivesUp() throws Exception {
        var interrupted = new CountDownLatch(1);
        serve((_, _, payload) -> {
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                interrupted.countDown();
                throw e;
            }
            return payload;
        });
        send(
                Request.newBuilder()
                        .setService("a.B")
                        .setMethod("C")
                        .setTimeoutNano(Duration.ofMillis(20).toNanos())
                        .build()
                        .toByteArray(),
                1,
                FrameStream.REQUEST,
                0);
        assertTrue(interrupted.await(30, TimeUnit.SECONDS));
        assertEquals(
                StatusCode.DEADLINE_EXCEEDED.number(), answer(1).getStatus().getCode());
    }

    @Test
    void requestThatOpensAStreamIsRefused() throws Exception {
        serve((_, _, payload) -> payload);
        send(Request.newBuilder().setService("a.B").setMethod("C").build().toByteArray(), 1, FrameStream.REQUEST, 2);
        assertEquals(StatusCode.UNIMPLEMENTED.number(), answer(1).getStatus().getCode());
        send(Request.newBuilder().setService("a.B").setMethod("C").build().toByteArray(), 3, FrameStream.REQUEST, 1);
        assertEquals(0, answer(3).getStatus().getCode());
    }

    @Test
    void framesThatMakeNoSenseEndTheConnection() throws Exception {
        assertEndsServer(new byte[] {0, 0, 0, 1, 0, 0, 0, 1, 9, 0, 1}, "type 9");
        assertEndsServer(new byte[] {0x7f, 0, 0, 0, 0, 0, 0, 1, 1, 0}, "2130706432 bytes");
        assertEndsServer(new byte[] {-1, -1, -1, -1, 0, 0, 0, 1, 1, 0}, "4294967295 bytes");
        assertEndsServer(new byte[] {0, 0, 0, 0, 0, 0, 0, 1, 3, 0}, "type 3");
        assertEndsServer(new byte[] {0, 0, 0, 0, 0, 0, 0, 2, 1, 0}, "stream id 2");
        assertEndsServer(new byte[] {0, 0, 0, 2, 0, 0, 0, 1, 1, 0, -1, -1}, "");
    }

    private void assertEndsServer(byte[] garbage, String reason) throws Exception {
        disconnect();
        connect();
        var end = serve((_, _, payload) -> payload);
        near.getOutputStream().write(garbage);
        assertEquals(-1, near.getInputStream().read(), reason);
        while (end.get().isEmpty()) {
            Thread.sleep(1);
        }
        assertTrue(end.get().contains(reason), end.get());
    }

    @Test
    void answersThatMakeNoSenseEndTheConnection() throws Exception {
        try (var client = client();
                var tasks = Executors.newVirtualThreadPerTaskExecutor()) {
            var call = tasks.submit(() -> client.call("a.B", "C", new byte[0], LONG));
            far.getInputStream().read();
            far.getOutputStream().write(new byte[] {0, 0, 0, 0, 0, 0, 0, 1, 3, 0});
            var failure = assertThrows(java.util.concurrent.ExecutionException.class, call::get);
            assertTrue(failure.getCause() instanceof TtrpcException.Closed, failure.toString());
            assertTrue(ended.await(30, TimeUnit.SECONDS));
        }
    }

    @Test
    void endOfTheConnectionFailsCallsUnderWayAndLaterOnes() throws Exception {
        try (var client = client();
                var tasks = Executors.newVirtualThreadPerTaskExecutor()) {
            var call = tasks.submit(() -> client.call("a.B", "C", new byte[0], LONG));
            far.getInputStream().read();
            far.close();
            var failure = assertThrows(java.util.concurrent.ExecutionException.class, call::get);
            assertTrue(failure.getCause() instanceof TtrpcException.Closed, failure.toString());
            assertTrue(ended.await(30, TimeUnit.SECONDS));
            assertThrows(TtrpcException.Closed.class, () -> client.call("a.B", "C", new byte[0], LONG));
        }
    }

    @Test
    void interruptedCallIsGivenUpAndTheConnectionGoesOn() throws Exception {
        var never = new CountDownLatch(1);
        serve((_, method, payload) -> {
            if (method.equals("Hang")) {
                never.await();
            }
            return payload;
        });
        try (var client = client()) {
            var caller = new AtomicReference<Throwable>();
            var thread = Thread.ofVirtual().start(() -> {
                try {
                    client.call("a.B", "Hang", new byte[0], LONG);
                } catch (TtrpcException | InterruptedException e) {
                    caller.set(e);
                }
            });
            thread.interrupt();
            thread.join();
            assertTrue(caller.get() instanceof InterruptedException, String.valueOf(caller.get()));
            assertArrayEquals(bytes("x"), client.call("a.B", "C", bytes("x"), LONG));
        }
    }

    private void send(byte[] content, int stream, int type, int flags) throws IOException {
        var out = new DataOutputStream(near.getOutputStream());
        out.write(ByteBuffer.allocate(10 + content.length)
                .putInt(content.length)
                .putInt(stream)
                .put((byte) type)
                .put((byte) flags)
                .put(content)
                .array());
    }

    private Response answer(int stream) throws IOException {
        var in = new DataInputStream(near.getInputStream());
        byte[] content = new byte[in.readInt()];
        assertEquals(stream, in.readInt());
        assertEquals(FrameStream.RESPONSE, in.readByte());
        in.readByte();
        in.readFully(content);
        return Response.parseFrom(content);
    }
}
