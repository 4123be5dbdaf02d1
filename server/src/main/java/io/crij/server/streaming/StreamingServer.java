package io.crij.server.streaming;

import io.crij.linux.ErrnoException;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// Serves the streams of exec, attach and port-forward. One Netty thread moves the bytes of all connections, a second
/// thread waits for those of processes; all else runs on virtual threads.
public final class StreamingServer implements AutoCloseable {
    private static final int HTTP_LINE = 4096;
    private static final int HTTP_HEADERS = 16 << 10;
    private static final int HTTP_BODY = 4096;
    private static final WriteBufferWaterMark WRITE_MARKS = new WriteBufferWaterMark(64 << 10, 128 << 10);

    private final StreamSettings settings;
    private final StreamTokens tokens;
    private final @Nullable TlsFiles tls;
    private final Poller poller;
    private final MultiThreadIoEventLoopGroup loop;
    private final ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    private final AtomicInteger newcomers = new AtomicInteger();
    private final Channel listener;

    /// Listens.
    ///
    /// @throws IOException the address cannot be used, or the TLS files; the message says what to do
    public StreamingServer(StreamSettings settings, StreamSource source) throws IOException {
        this.settings = settings;
        tokens = new StreamTokens(settings.tokenLifetime(), InstantSource.system());
        tls = settings.tls() ? new TlsFiles(settings) : null;
        poller = poller();
        loop = new MultiThreadIoEventLoopGroup(
                1, Thread.ofPlatform().name("streaming").daemon().factory(), EpollIoHandler.newFactory());
        var streams = new Streams(source, poller);
        var binding = new ServerBootstrap()
                .group(loop)
                .channel(EpollServerSocketChannel.class)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.SO_KEEPALIVE, true)
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WRITE_MARKS)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        begin(channel, streams);
                    }
                })
                .bind(settings.address(), settings.port())
                .awaitUninterruptibly();
        if (!binding.isSuccess()) {
            close(null);
            throw new IOException(
                    "Tried to listen on " + settings.address() + " port " + settings.port() + " for streams but "
                            + binding.cause().getMessage() + "; see streaming.address and streaming.port",
                    binding.cause());
        }
        listener = binding.channel();
    }

    private static Poller poller() throws IOException {
        try {
            return new Poller();
        } catch (ErrnoException e) {
            throw new IOException("Tried to make what waits for streams but " + e.getMessage(), e);
        }
    }

    private void begin(SocketChannel channel, Streams streams) {
        connections.add(channel);
        var upgrade = new Upgrade(settings, tokens, streams, newcomers);
        if (!upgrade.admit(channel)) {
            return;
        }
        if (tls != null) {
            channel.pipeline().addLast(tls.context().newHandler(channel.alloc()));
        }
        channel.pipeline()
                .addLast(new HttpServerCodec(HTTP_LINE, HTTP_HEADERS, HTTP_BODY))
                .addLast(new HttpObjectAggregator(HTTP_BODY))
                .addLast(upgrade);
    }

    /// The URL with which a client may come, once and soon; empty when too many are out already.
    public Optional<String> url(StreamRequest request) {
        return tokens.issue(request).map(token -> base() + "/" + request.kind() + "/" + token);
    }

    private String base() {
        var host = settings.address();
        if (host.equals("0.0.0.0") || host.isEmpty()) {
            host = "127.0.0.1";
        } else if (host.contains(":")) {
            host = host.equals("::") ? "[::1]" : "[" + host + "]";
        }
        return (tls == null ? "http://" : "https://") + host + ":" + port();
    }

    int port() {
        return ((InetSocketAddress) listener.localAddress()).getPort();
    }

    /// Descriptors of processes that are being streamed.
    int openDescriptors() {
        return poller.size();
    }

    /// Ends all streams: execs are killed, containers live on.
    @Override
    public void close() {
        close(listener);
    }

    private void close(@Nullable Channel listening) {
        if (listening != null) {
            listening.close().awaitUninterruptibly(1_000);
        }
        connections.close().awaitUninterruptibly(1_000);
        loop.shutdownGracefully(0, 100, TimeUnit.MILLISECONDS).awaitUninterruptibly(1_000);
        poller.close();
    }
}
