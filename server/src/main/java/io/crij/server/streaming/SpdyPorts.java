package io.crij.server.streaming;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// The client of a port-forward over SPDY: any number of connections, each a stream for data and one for its failure,
/// joined by a request id.
final class SpdyPorts implements SpdyConnection.Receiver {
    private static final int PAIRING_SECONDS = 30;
    private static final int MOST_HALVES = 1000;

    private final Link link;
    private final Streams streams;
    private final StreamRequest.PortForward request;
    private final SpdyConnection connection;
    // belongs to the connection's thread
    private final Map<String, Half> halves = new HashMap<>();

    /// The stream that came first.
    private record Half(SpdyConnection.Stream stream, boolean data, int port) {}

    SpdyPorts(Link link, Streams streams, StreamRequest.PortForward request) {
        this.link = link;
        this.streams = streams;
        this.request = request;
        this.connection = new SpdyConnection(link, this);
    }

    SpdyConnection handler() {
        return connection;
    }

    @Override
    public boolean opened(SpdyConnection.Stream stream, SpdyConnection.Headers headers) {
        var type = headers.get("streamtype").orElse("");
        boolean data = type.equals("data");
        var port = headers.get("port").flatMap(SpdyPorts::port);
        if (!data && !type.equals("error") || port.isEmpty()) {
            link.complain("a stream of type \"" + type + "\" for port \""
                    + headers.get("port").orElse("") + "\" is refused");
            return false;
        }
        // old clients open the stream for data right after the one for its failure and name no id
        var id = headers.get("requestid").orElseGet(() -> "#" + (data ? stream.id() - 2 : stream.id()));
        var other = halves.remove(id);
        if (other == null) {
            if (halves.size() >= MOST_HALVES) {
                return false;
            }
            wait(id, new Half(stream, data, port.get()));
        } else if (other.data() == data || other.port() != port.get()) {
            link.complain("two streams with the request id " + id + " do not belong together");
            other.stream().forget();
            return false;
        } else {
            var pair = data ? new Pair(stream, other.stream()) : new Pair(other.stream(), stream);
            streams.forward(request, port.get(), pair);
        }
        return true;
    }

    private static Optional<Integer> port(String text) {
        return text.matches("[0-9]{1,5}")
                ? Optional.of(Integer.valueOf(text)).filter(port -> port > 0 && port <= 0xFFFF)
                : Optional.empty();
    }

    private void wait(String id, Half half) {
        halves.put(id, half);
        var _ = link.channel().eventLoop().schedule(() -> expire(id, half), PAIRING_SECONDS, TimeUnit.SECONDS);
    }

    private void expire(String id, Half half) {
        if (halves.remove(id, half)) {
            link.complain("the second stream of request id " + id + " did not come");
            half.stream().forget();
        }
    }

    /// One connection.
    private final class Pair implements PortClient {
        private final SpdyConnection.Stream data;
        private final SpdyConnection.Stream error;

        Pair(SpdyConnection.Stream data, SpdyConnection.Stream error) {
            this.data = data;
            this.error = error;
        }

        @Override
        public @Nullable ByteBuf input() throws InterruptedException {
            return data.inbox().take();
        }

        @Override
        public void refuseInput() {
            data.inbox().close();
        }

        @Override
        public void output(ByteBuf bytes) throws ClientGone, InterruptedException {
            data.send(bytes);
        }

        @Override
        public void endOutput() throws ClientGone, InterruptedException {
            data.finish();
        }

        @Override
        public void fail(String message) throws ClientGone, InterruptedException {
            error.send(Unpooled.copiedBuffer(message, StandardCharsets.UTF_8));
        }

        @Override
        public void onBroken(Runnable action) {
            data.onReset(action);
        }

        @Override
        public void finish() throws ClientGone, InterruptedException {
            try {
                data.finish();
                error.finish();
            } finally {
                data.forget();
                error.forget();
            }
        }

        @Override
        public Link link() {
            return link;
        }
    }
}
