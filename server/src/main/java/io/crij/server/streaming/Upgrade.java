package io.crij.server.streaming;

import static io.netty.handler.codec.http.HttpHeaderNames.CONNECTION;
import static io.netty.handler.codec.http.HttpHeaderNames.UPGRADE;
import static io.netty.handler.codec.http.HttpResponseStatus.*;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.concurrent.ScheduledFuture;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The one HTTP request of a connection: its token says what for, its headers how. A client that takes too long for it,
/// or comes while many others are at it, is cut off.
final class Upgrade extends SimpleChannelInboundHandler<FullHttpRequest> {
    private static final Logger LOG = LoggerFactory.getLogger(Upgrade.class);
    private static final int MOST_NEWCOMERS = 128;

    private final StreamSettings settings;
    private final StreamTokens tokens;
    private final Streams streams;
    private final AtomicInteger newcomers;
    private final AtomicBoolean counted = new AtomicBoolean();
    private @Nullable ScheduledFuture<?> deadline;

    Upgrade(StreamSettings settings, StreamTokens tokens, Streams streams, AtomicInteger newcomers) {
        this.settings = settings;
        this.tokens = tokens;
        this.streams = streams;
        this.newcomers = newcomers;
    }

    /// False: there are too many, the connection is closed.
    boolean admit(Channel channel) {
        if (newcomers.incrementAndGet() > MOST_NEWCOMERS) {
            newcomers.decrementAndGet();
            var _ = channel.close();
            return false;
        }
        counted.set(true);
        var _ = channel.closeFuture().addListener(done -> settle());
        deadline = channel.eventLoop()
                .schedule(
                        () -> {
                            LOG.debug("a streaming client did not say what it wants in time");
                            var _ = channel.close();
                        },
                        settings.upgradeTimeout().toMillis(),
                        TimeUnit.MILLISECONDS);
        return true;
    }

    /// From here on the client is no newcomer.
    private void settle() {
        if (counted.getAndSet(false)) {
            newcomers.decrementAndGet();
        }
        if (deadline != null) {
            deadline.cancel(false);
        }
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
        var path = request.uri().split("\\?", 2)[0].split("/", -1);
        if (request.decoderResult().isFailure()) {
            refuse(context, BAD_REQUEST, "this is no HTTP request");
        } else if (!request.method().equals(HttpMethod.GET) && !request.method().equals(HttpMethod.POST)) {
            refuse(context, METHOD_NOT_ALLOWED, "GET or POST");
        } else if (path.length != 3) {
            refuse(context, NOT_FOUND, "not found");
        } else if (!request.headers().containsValue(CONNECTION, UPGRADE, true)) {
            refuse(context, BAD_REQUEST, "you must upgrade to SPDY/3.1 or WebSocket");
        } else {
            tokens.take(path[1], path[2])
                    .ifPresentOrElse(
                            wanted -> serve(context, request, wanted), () -> refuse(context, NOT_FOUND, "not found"));
        }
    }

    private void serve(ChannelHandlerContext context, FullHttpRequest request, StreamRequest wanted) {
        var protocol = request.headers().get(UPGRADE, "");
        settle();
        if (protocol.equalsIgnoreCase("websocket")) {
            new WebSocketUpgrade(streams, settings).run(context, request, wanted);
        } else if (protocol.equalsIgnoreCase("SPDY/3.1")) {
            new SpdyUpgrade(streams, settings).run(context, request, wanted);
        } else {
            refuse(context, BAD_REQUEST, "the protocol " + protocol + " is not known; SPDY/3.1 and websocket are");
        }
    }

    /// Answers and closes.
    static void refuse(ChannelHandlerContext context, HttpResponseStatus status, String words) {
        var body = Unpooled.copiedBuffer(words + "\n", StandardCharsets.UTF_8);
        var answer = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status, body);
        answer.headers()
                .set("Content-Type", "text/plain; charset=utf-8")
                .set("Content-Length", body.readableBytes())
                .set(CONNECTION, "close");
        var _ = context.writeAndFlush(answer).addListener(ChannelFutureListener.CLOSE);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        LOG.debug("a streaming client is refused: {}", cause.getMessage());
        var _ = context.close();
    }
}
