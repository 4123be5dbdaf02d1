package io.crij.server.streaming;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The client of a port-forward over WebSocket: one connection to each port of the request, two channels each, 2n for
/// data and 2n + 1 for its failure. Both begin with the port's number, two bytes, low one first.
final class WebSocketPorts implements WebSocketLink.Receiver {
    private final Link link;
    private final WebSocketLink socket;
    private final List<Port> ports = new ArrayList<>();
    private int open;

    WebSocketPorts(Link link, ChannelProtocol protocol, Streams streams, StreamRequest.PortForward request) {
        this.link = link;
        this.socket = new WebSocketLink(link, protocol, this);
        for (int i = 0; i < request.ports().size(); i++) {
            ports.add(new Port(2 * i));
        }
        open = ports.size();
        Thread.ofVirtual().name("ports").start(() -> begin(streams, request));
    }

    WebSocketLink handler() {
        return socket;
    }

    private void begin(Streams streams, StreamRequest.PortForward request) {
        try {
            for (int i = 0; i < ports.size(); i++) {
                int port = request.ports().get(i);
                socket.send(2 * i, Unpooled.buffer(2).writeShortLE(port));
                socket.send(2 * i + 1, Unpooled.buffer(2).writeShortLE(port));
                streams.forward(request, port, ports.get(i));
            }
            if (ports.isEmpty()) {
                link.complain("a request without ports needs SPDY");
                socket.finish();
            }
        } catch (ClientGone | InterruptedException e) {
            link.close();
        }
    }

    @Override
    public void data(int channel, ByteBuf bytes) {
        if (channel % 2 == 0 && channel / 2 < ports.size()) {
            ports.get(channel / 2).inbox.offer(bytes);
        } else {
            link.complain("messages on channel " + channel + " are ignored");
            bytes.release();
        }
    }

    @Override
    public void end(int channel) {
        if (channel % 2 == 0 && channel / 2 < ports.size()) {
            ports.get(channel / 2).inbox.end();
        }
    }

    private synchronized boolean lastOne() {
        return --open == 0;
    }

    private final class Port implements PortClient {
        private final int channel;
        private final Inbox inbox = new Inbox(link);

        Port(int channel) {
            this.channel = channel;
        }

        @Override
        public @Nullable ByteBuf input() throws InterruptedException {
            return inbox.take();
        }

        @Override
        public void refuseInput() {
            inbox.close();
        }

        @Override
        public void output(ByteBuf bytes) throws ClientGone, InterruptedException {
            socket.send(channel, bytes);
        }

        /// The protocol cannot say so: the client learns it when the connection is closed, so that must not wait for
        /// the client's own end.
        @Override
        public void endOutput() {
            inbox.end();
        }

        @Override
        public void fail(String message) throws ClientGone, InterruptedException {
            socket.send(channel + 1, Unpooled.copiedBuffer(message, StandardCharsets.UTF_8));
        }

        @Override
        public void onBroken(Runnable action) {
            link.onGone(action);
        }

        @Override
        public void finish() throws ClientGone, InterruptedException {
            if (lastOne()) {
                socket.finish();
            }
        }

        @Override
        public Link link() {
            return link;
        }
    }
}
