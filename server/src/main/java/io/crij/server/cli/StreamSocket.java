package io.crij.server.cli;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/// A stream of a CRI server, over WebSocket with numbered channels. Messages are taken one after the other: a slow
/// receiver slows the server down.
final class StreamSocket implements AutoCloseable {
    static final int STDIN = 0;
    static final int STDOUT = 1;
    static final int STDERR = 2;
    static final int ERROR = 3;
    static final int RESIZE = 4;
    private static final int CLOSE = 255;
    private static final String HALF_CLOSING = "v5.channel.k8s.io";
    private static final String USUAL = "v4.channel.k8s.io";

    private final WebSocket socket;
    private final CompletableFuture<Boolean> ended;

    /// Takes what comes in. Called by one thread at a time; may block.
    @FunctionalInterface
    interface Receiver {
        void data(int channel, ByteBuffer bytes) throws IOException;
    }

    private StreamSocket(WebSocket socket, CompletableFuture<Boolean> ended) {
        this.socket = socket;
        this.ended = ended;
    }

    static StreamSocket open(String url, Receiver receiver) throws IOException {
        var target = URI.create(url.replaceFirst("^http", "ws"));
        var ended = new CompletableFuture<Boolean>();
        var client = HttpClient.newBuilder().sslContext(AnyServer.context()).build();
        try {
            var socket = client.newWebSocketBuilder()
                    .subprotocols(HALF_CLOSING, USUAL)
                    .buildAsync(target, new Listener(receiver, ended))
                    .join();
            return new StreamSocket(socket, ended);
        } catch (CompletionException e) {
            throw new IOException("Tried to open the stream " + shown(target) + " but " + reason(e.getCause()), e);
        }
    }

    /// Without the token, which is a secret while it holds.
    private static String shown(URI target) {
        return target.getScheme() + "://" + target.getAuthority();
    }

    private static String reason(@Nullable Throwable cause) {
        return cause instanceof WebSocketHandshakeException refused
                ? "the server answered " + refused.getResponse().statusCode()
                : String.valueOf(cause);
    }

    private static final class Listener implements WebSocket.Listener {
        private final Receiver receiver;
        private final CompletableFuture<Boolean> ended;
        private int channel = -1;

        Listener(Receiver receiver, CompletableFuture<Boolean> ended) {
            this.receiver = receiver;
            this.ended = ended;
        }

        @Override
        public @Nullable CompletionStage<?> onBinary(WebSocket from, ByteBuffer data, boolean last) {
            try {
                if (channel < 0 && data.hasRemaining()) {
                    channel = data.get() & 0xFF;
                }
                if (data.hasRemaining()) {
                    receiver.data(channel, data);
                }
                channel = last ? -1 : channel;
                from.request(1);
            } catch (IOException e) {
                ended.completeExceptionally(e);
                from.abort();
            }
            return null;
        }

        @Override
        public @Nullable CompletionStage<?> onClose(WebSocket from, int code, String reason) {
            ended.complete(true);
            return null;
        }

        @Override
        public void onError(WebSocket from, Throwable error) {
            ended.completeExceptionally(error);
        }
    }

    /// Sends bytes on a channel and waits until they are on their way. One thread at a time and channel.
    synchronized void send(int channel, byte[] bytes, int length) throws IOException {
        var message = ByteBuffer.allocate(1 + length);
        message.put((byte) channel).put(bytes, 0, length).flip();
        try {
            socket.sendBinary(message, true).join();
        } catch (CompletionException e) {
            throw new IOException("Tried to send to the server but " + e.getCause(), e);
        }
    }

    /// Says that nothing more comes on a channel, if the server understands that.
    void end(int channel) throws IOException {
        if (socket.getSubprotocol().equals(HALF_CLOSING)) {
            send(CLOSE, new byte[] {(byte) channel}, 1);
        }
    }

    /// Waits until the server has ended the stream.
    void await() throws IOException {
        try {
            ended.join();
        } catch (CompletionException e) {
            throw new IOException("the stream broke: " + reason(e.getCause()), e);
        }
    }

    /// Ends the stream from here.
    @Override
    public void close() {
        ended.complete(false);
        socket.abort();
    }

    /// Collects the status of a command.
    static final class StatusText {
        private final ByteArrayOutputStream text = new ByteArrayOutputStream();

        void add(ByteBuffer bytes) {
            byte[] piece = new byte[bytes.remaining()];
            bytes.get(piece);
            text.writeBytes(piece);
        }

        /// The command's exit code.
        ///
        /// @throws CliException it never ran, or its end is not known
        int exitCode() {
            var said = text.toString(StandardCharsets.UTF_8);
            try {
                var status = new JsonMapper().readTree(said);
                if (status.path("status").asText().equals("Success")) {
                    return 0;
                }
                if (status.path("reason").asText().equals("NonZeroExitCode")) {
                    return status.path("details")
                            .path("causes")
                            .path(0)
                            .path("message")
                            .asInt(ExitCode.FAILED);
                }
                throw new CliException(ExitCode.NOT_RUN, status.path("message").asText(said));
            } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
                throw new CliException(
                        ExitCode.NOT_RUN,
                        "the server ended the stream without a status" + (said.isEmpty() ? "" : ": " + said));
            }
        }
    }
}
