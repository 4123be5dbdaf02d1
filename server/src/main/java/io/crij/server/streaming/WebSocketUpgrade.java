package io.crij.server.streaming;

import static io.netty.handler.codec.http.HttpResponseStatus.FORBIDDEN;
import static io.netty.handler.codec.http.HttpResponseStatus.NOT_FOUND;

import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;
import io.netty.handler.codec.http.websocketx.WebSocketFrameAggregator;
import io.netty.handler.codec.http.websocketx.WebSocketServerHandshakerFactory;
import io.netty.handler.codec.spdy.SpdyFrameCodec;
import io.netty.handler.codec.spdy.SpdyVersion;
import io.netty.handler.timeout.IdleStateHandler;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Turns an HTTP connection into a WebSocket and begins what the client came for.
final class WebSocketUpgrade {
    /// SPDY inside of WebSocket messages, as the port-forward of newer clients speaks.
    static final String TUNNEL = "SPDY/3.1+portforward.k8s.io";

    private static final int LONGEST_FRAME = 1 << 20;

    private final Streams streams;
    private final StreamSettings settings;

    WebSocketUpgrade(Streams streams, StreamSettings settings) {
        this.streams = streams;
        this.settings = settings;
    }

    void run(ChannelHandlerContext context, FullHttpRequest request, StreamRequest wanted) {
        var obstacle = streams.obstacle(wanted);
        if (obstacle.isPresent()) {
            Upgrade.refuse(context, NOT_FOUND, obstacle.get());
            return;
        }
        var offered = values(request, HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL);
        var known = Stream.concat(
                        Arrays.stream(ChannelProtocol.values()).map(ChannelProtocol::title),
                        wanted instanceof StreamRequest.PortForward ? Stream.of(TUNNEL) : Stream.empty())
                .filter(title -> !title.isEmpty())
                .toList();
        var chosen = offered.stream().filter(known::contains).findFirst();
        if (!offered.isEmpty() && chosen.isEmpty()) {
            Upgrade.refuse(
                    context,
                    FORBIDDEN,
                    "none of the protocols " + offered + " is known; these are: "
                            + known.stream().collect(Collectors.joining(", ")));
            return;
        }
        shakeHands(context, request, wanted, chosen);
    }

    private void shakeHands(
            ChannelHandlerContext context, FullHttpRequest request, StreamRequest wanted, Optional<String> chosen) {
        var config = WebSocketDecoderConfig.newBuilder()
                .maxFramePayloadLength(LONGEST_FRAME)
                .allowExtensions(false)
                .withUTF8Validator(false)
                .build();
        var handshaker = new WebSocketServerHandshakerFactory("", chosen.orElse(null), config).newHandshaker(request);
        if (handshaker == null) {
            var _ = WebSocketServerHandshakerFactory.sendUnsupportedVersionResponse(context.channel());
            return;
        }
        var pipeline = context.pipeline();
        var _ = handshaker.handshake(context.channel(), request);
        pipeline.addLast(new IdleStateHandler(0, 0, settings.idleTimeout().toMillis(), TimeUnit.MILLISECONDS));
        if (chosen.equals(Optional.of(TUNNEL)) && wanted instanceof StreamRequest.PortForward forward) {
            var link = new Link(context.channel());
            pipeline.addLast(new WebSocketTunnel(), new SpdyFrameCodec(SpdyVersion.SPDY_3_1));
            pipeline.addLast(new SpdyPorts(link, streams, forward).handler());
        } else {
            var protocol = ChannelProtocol.of(chosen.orElse(null)).orElse(ChannelProtocol.NONE);
            if (protocol.base64()) {
                pipeline.addLast(new WebSocketFrameAggregator(LONGEST_FRAME));
            }
            pipeline.addLast(begin(new Link(context.channel()), protocol, wanted));
        }
        pipeline.remove(context.handler());
    }

    private ChannelHandler begin(Link link, ChannelProtocol protocol, StreamRequest wanted) {
        return switch (wanted) {
            case StreamRequest.Exec exec -> {
                var client = new WebSocketCommand(link, protocol, exec.wants());
                streams.exec(exec, client, () -> greet(client));
                yield client.handler();
            }
            case StreamRequest.Attach attach -> {
                var client = new WebSocketCommand(link, protocol, attach.wants());
                streams.attach(attach, client, () -> greet(client));
                yield client.handler();
            }
            case StreamRequest.PortForward forward -> new WebSocketPorts(link, protocol, streams, forward).handler();
        };
    }

    private static boolean greet(WebSocketCommand client) throws ClientGone, InterruptedException {
        client.greet();
        return true;
    }

    /// The values of a header that may come in several lines, or several in a line.
    static List<String> values(FullHttpRequest request, CharSequence header) {
        return request.headers().getAll(header).stream()
                .flatMap(line -> Arrays.stream(line.split(",")))
                .map(String::strip)
                .filter(text -> !text.isEmpty())
                .toList();
    }
}
