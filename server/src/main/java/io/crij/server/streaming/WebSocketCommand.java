package io.crij.server.streaming;

import io.crij.linux.WindowSize;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The client of an exec or attach over WebSocket.
final class WebSocketCommand implements CommandClient, WebSocketLink.Receiver {
    private final Link link;
    private final ChannelProtocol protocol;
    private final StreamRequest.Wants wants;
    private final Inbox input;
    private final Resizes resizes = new Resizes();
    private final WebSocketLink socket;

    WebSocketCommand(Link link, ChannelProtocol protocol, StreamRequest.Wants wants) {
        this.link = link;
        this.protocol = protocol;
        this.wants = wants;
        this.input = new Inbox(link);
        this.socket = new WebSocketLink(link, protocol, this);
        if (!wants.stdin()) {
            input.end();
        }
    }

    WebSocketLink handler() {
        return socket;
    }

    /// An empty message on the lowest channel says that the connection stands.
    void greet() throws ClientGone, InterruptedException {
        socket.sendEmpty(
                wants.stdout()
                        ? ChannelProtocol.STDOUT
                        : wants.stderr() ? ChannelProtocol.STDERR : ChannelProtocol.ERROR);
    }

    @Override
    public void data(int channel, ByteBuf bytes) {
        if (channel == ChannelProtocol.STDIN) {
            input.offer(bytes);
            return;
        }
        if (channel == ChannelProtocol.RESIZE) {
            resizes.read(bytes);
        } else {
            link.complain("messages on channel " + channel + " are ignored");
        }
        bytes.release();
    }

    @Override
    public void end(int channel) {
        if (channel == ChannelProtocol.STDIN) {
            input.end();
        }
    }

    @Override
    public @Nullable ByteBuf input() throws InterruptedException {
        return input.take();
    }

    @Override
    public void refuseInput() {
        input.close();
    }

    @Override
    public void output(Stream stream, ByteBuf bytes) throws ClientGone, InterruptedException {
        socket.send(
                switch (stream) {
                    case STDOUT -> ChannelProtocol.STDOUT;
                    case STDERR -> ChannelProtocol.STDERR;
                },
                bytes);
    }

    @Override
    public void onResize(Consumer<WindowSize> sink) {
        resizes.to(sink);
    }

    @Override
    public void finish(Outcome outcome) throws ClientGone, InterruptedException {
        var words = protocol.status() ? outcome.status() : outcome.plain().orElse("");
        if (!words.isEmpty()) {
            socket.send(ChannelProtocol.ERROR, Unpooled.copiedBuffer(words, StandardCharsets.UTF_8));
        }
        socket.finish();
    }

    @Override
    public Link link() {
        return link;
    }
}
