package io.crij.server.streaming;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.spdy.DefaultSpdyDataFrame;
import io.netty.handler.codec.spdy.DefaultSpdyPingFrame;
import io.netty.handler.codec.spdy.DefaultSpdyRstStreamFrame;
import io.netty.handler.codec.spdy.DefaultSpdySynStreamFrame;
import io.netty.handler.codec.spdy.SpdyDataFrame;
import io.netty.handler.codec.spdy.SpdyFrame;
import io.netty.handler.codec.spdy.SpdyFrameCodec;
import io.netty.handler.codec.spdy.SpdyPingFrame;
import io.netty.handler.codec.spdy.SpdyRstStreamFrame;
import io.netty.handler.codec.spdy.SpdyStreamStatus;
import io.netty.handler.codec.spdy.SpdySynReplyFrame;
import io.netty.handler.codec.spdy.SpdyVersion;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// A SPDY/3.1 client as Kubernetes has one.
final class SpdyClient implements AutoCloseable {
    private static final MultiThreadIoEventLoopGroup LOOP =
            new MultiThreadIoEventLoopGroup(1, Thread.ofPlatform().daemon().factory(), NioIoHandler.newFactory());

    private final Channel channel;
    private final CompletableFuture<FullHttpResponse> answer = new CompletableFuture<>();
    private final Map<Integer, BlockingQueue<String>> received = new ConcurrentHashMap<>();
    final BlockingQueue<Integer> pings = new LinkedBlockingQueue<>();
    private int next = 1;

    /// Marks in a stream's queue.
    static final String OPENED = "[opened]";

    static final String END = "[end]";
    static final String RESET = "[reset]";

    SpdyClient(String url, String... versions) throws Exception {
        var address = URI.create(url);
        channel = new Bootstrap()
                .group(LOOP)
                .channel(NioSocketChannel.class)
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel fresh) {
                        fresh.pipeline().addLast(new HttpClientCodec(), new HttpObjectAggregator(65536), new Answer());
                    }
                })
                .connect(address.getHost(), address.getPort())
                .sync()
                .channel();
        var request = new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.POST, address.getPath());
        request.headers().set("Host", "x").set("Connection", "Upgrade").set("Upgrade", "SPDY/3.1");
        for (var version : versions) {
            request.headers().add("X-Stream-Protocol-Version", version);
        }
        channel.writeAndFlush(request).sync();
    }

    private final class Answer extends SimpleChannelInboundHandler<FullHttpResponse> {
        @Override
        protected void channelRead0(ChannelHandlerContext context, FullHttpResponse response) {
            if (response.status().code() == 101) {
                context.pipeline().addLast(new SpdyFrameCodec(SpdyVersion.SPDY_3_1), new Frames());
                context.pipeline().remove(this);
                context.pipeline().remove(HttpObjectAggregator.class);
                context.pipeline().remove(HttpClientCodec.class);
            }
            answer.complete(response.retain());
        }
    }

    private final class Frames extends SimpleChannelInboundHandler<SpdyFrame> {
        @Override
        protected void channelRead0(ChannelHandlerContext context, SpdyFrame frame) {
            switch (frame) {
                case SpdyDataFrame data -> {
                    queue(data.streamId()).add(data.content().toString(StandardCharsets.UTF_8));
                    if (data.isLast()) {
                        queue(data.streamId()).add(END);
                    }
                }
                case SpdySynReplyFrame reply -> queue(reply.streamId()).add(OPENED);
                case SpdyRstStreamFrame reset -> queue(reset.streamId()).add(RESET);
                case SpdyPingFrame ping -> pings.add(ping.id());
                default -> {}
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            received.values().forEach(queue -> queue.add(END));
        }
    }

    private BlockingQueue<String> queue(int stream) {
        return received.computeIfAbsent(stream, id -> new LinkedBlockingQueue<>());
    }

    FullHttpResponse answer() throws Exception {
        return answer.get(60, TimeUnit.SECONDS);
    }

    int open(String type, String... more) throws Exception {
        int id = next;
        next += 2;
        var frame = new DefaultSpdySynStreamFrame(id, 0, (byte) 0);
        frame.headers().set("streamtype", type);
        for (int i = 0; i < more.length; i += 2) {
            frame.headers().set(more[i], more[i + 1]);
        }
        queue(id);
        channel.writeAndFlush(frame).sync();
        return id;
    }

    void send(int stream, String text, boolean last) throws Exception {
        channel.writeAndFlush(new DefaultSpdyDataFrame(stream, Unpooled.copiedBuffer(text, StandardCharsets.UTF_8))
                        .setLast(last))
                .sync();
    }

    void reset(int stream) throws Exception {
        channel.writeAndFlush(new DefaultSpdyRstStreamFrame(stream, SpdyStreamStatus.CANCEL))
                .sync();
    }

    void ping(int id) throws Exception {
        channel.writeAndFlush(new DefaultSpdyPingFrame(id)).sync();
    }

    /// Next piece, or one of the marks.
    String next(int stream) throws Exception {
        var text = queue(stream).poll(60, TimeUnit.SECONDS);
        if (text == null) {
            throw new AssertionError("nothing came on stream " + stream);
        }
        return text;
    }

    /// All text until the end.
    String rest(int stream) throws Exception {
        var text = new StringBuilder();
        for (var piece = next(stream); !piece.equals(END); piece = next(stream)) {
            if (!piece.equals(OPENED)) {
                text.append(piece);
            }
        }
        return text.toString();
    }

    /// Text until it has this length.
    String text(int stream, int length) throws Exception {
        var text = new StringBuilder();
        while (text.length() < length) {
            var piece = next(stream);
            if (piece.equals(END) || piece.equals(RESET)) {
                throw new AssertionError("ended after: " + text);
            }
            text.append(piece.equals(OPENED) ? "" : piece);
        }
        return text.toString();
    }

    boolean closed() {
        return !channel.isActive();
    }

    @Override
    public void close() throws Exception {
        channel.close().sync();
    }
}
