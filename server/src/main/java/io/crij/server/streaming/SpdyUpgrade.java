package io.crij.server.streaming;

import static io.netty.handler.codec.http.HttpResponseStatus.FORBIDDEN;
import static io.netty.handler.codec.http.HttpResponseStatus.NOT_FOUND;
import static io.netty.handler.codec.http.HttpResponseStatus.SWITCHING_PROTOCOLS;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.spdy.SpdyFrameCodec;
import io.netty.handler.codec.spdy.SpdyVersion;
import io.netty.handler.timeout.IdleStateHandler;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// Turns an HTTP connection into a SPDY one and begins what the client came for.
final class SpdyUpgrade {
    private static final String VERSION = "X-Stream-Protocol-Version";
    /// Index + 1 is the version.
    private static final List<String> COMMANDS =
            List.of("channel.k8s.io", "v2.channel.k8s.io", "v3.channel.k8s.io", "v4.channel.k8s.io");
    private static final List<String> PORTS = List.of("portforward.k8s.io");
    private static final int LONGEST_CHUNK = 64 << 10;
    private static final int LONGEST_HEADERS = 16 << 10;

    private final Streams streams;
    private final StreamSettings settings;

    SpdyUpgrade(Streams streams, StreamSettings settings) {
        this.streams = streams;
        this.settings = settings;
    }

    void run(ChannelHandlerContext context, FullHttpRequest request, StreamRequest wanted) {
        var obstacle = streams.obstacle(wanted);
        if (obstacle.isPresent()) {
            Upgrade.refuse(context, NOT_FOUND, obstacle.get());
            return;
        }
        var known = wanted instanceof StreamRequest.PortForward ? PORTS : COMMANDS;
        var offered = WebSocketUpgrade.values(request, VERSION);
        var chosen = offered.stream().filter(known::contains).findFirst();
        if (!offered.isEmpty() && chosen.isEmpty()) {
            Upgrade.refuse(
                    context,
                    FORBIDDEN,
                    "none of the protocols " + offered + " is known; these are: " + String.join(", ", known));
            return;
        }
        var answer = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, SWITCHING_PROTOCOLS, Unpooled.EMPTY_BUFFER);
        answer.headers().set(HttpHeaderNames.CONNECTION, "Upgrade").set(HttpHeaderNames.UPGRADE, "SPDY/3.1");
        chosen.ifPresent(version -> answer.headers().set(VERSION, version));
        var link = new Link(context.channel());
        int version = chosen.map(known::indexOf).orElse(0) + 1;
        var pipeline = context.pipeline();
        var _ = context.writeAndFlush(answer, context.voidPromise());
        pipeline.addLast(
                new SpdyFrameCodec(SpdyVersion.SPDY_3_1, LONGEST_CHUNK, LONGEST_HEADERS, 6, 15, 8),
                new IdleStateHandler(0, 0, settings.idleTimeout().toMillis(), TimeUnit.MILLISECONDS),
                begin(link, version, wanted));
        pipeline.remove(context.handler());
        pipeline.remove(HttpObjectAggregator.class);
        // last: what it has read already goes on to SPDY
        pipeline.remove(HttpServerCodec.class);
    }

    private ChannelHandler begin(Link link, int version, StreamRequest wanted) {
        return switch (wanted) {
            case StreamRequest.Exec exec -> {
                var client = new SpdyCommand(link, version, exec.wants());
                streams.exec(exec, client, client::awaitStreams);
                yield client.handler();
            }
            case StreamRequest.Attach attach -> {
                var client = new SpdyCommand(link, version, attach.wants());
                streams.attach(attach, client, client::awaitStreams);
                yield client.handler();
            }
            case StreamRequest.PortForward forward -> new SpdyPorts(link, streams, forward).handler();
        };
    }
}
