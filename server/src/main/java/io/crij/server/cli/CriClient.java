package io.crij.server.cli;

import io.crij.admin.v1.AdminGrpc;
import io.crij.cri.v1.ImageServiceGrpc;
import io.crij.cri.v1.RuntimeServiceGrpc;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import io.netty.util.internal.logging.InternalLoggerFactory;
import io.netty.util.internal.logging.JdkLoggerFactory;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;

/// A connection to a CRI server. Calls block; each has the time limit given here unless it says otherwise.
///
/// It uses the JDK's own unix sockets, not epoll: a short command should not unpack a native library first.
public final class CriClient implements AutoCloseable {
    private static final int MAX_MESSAGE = 80 << 20;
    // kept here, since java.util.logging holds loggers weakly
    private static final Logger NETTY = Logger.getLogger("io.netty");

    static {
        // gRPC sets TCP options on every channel, and Netty warns that a unix socket has none
        InternalLoggerFactory.setDefaultFactory(JdkLoggerFactory.INSTANCE);
        NETTY.setLevel(Level.SEVERE);
    }

    private final Duration timeout;
    private final MultiThreadIoEventLoopGroup loop;
    private final ManagedChannel channel;

    public CriClient(Path socket, Duration timeout) {
        if (!Files.exists(socket)) {
            throw new CliException(
                    ExitCode.UNREACHABLE,
                    "Tried to connect to " + socket + " but there is no such socket.\n"
                            + "Start the server (systemctl start crij, or make run), or name its socket with"
                            + " --endpoint or $CRIJ_ENDPOINT.");
        }
        this.timeout = timeout;
        this.loop = new MultiThreadIoEventLoopGroup(
                1, Thread.ofPlatform().name("cri-client").daemon().factory(), NioIoHandler.newFactory());
        this.channel = NettyChannelBuilder.forAddress(UnixDomainSocketAddress.of(socket))
                .channelType(NioDomainSocketChannel.class, UnixDomainSocketAddress.class)
                .eventLoopGroup(loop)
                // Go servers refuse a path as the authority of a request
                .overrideAuthority("localhost")
                .directExecutor()
                .maxInboundMessageSize(MAX_MESSAGE)
                .usePlaintext()
                .build();
    }

    public RuntimeServiceGrpc.RuntimeServiceBlockingStub runtime() {
        return runtime(timeout);
    }

    public RuntimeServiceGrpc.RuntimeServiceBlockingStub runtime(Duration limit) {
        return RuntimeServiceGrpc.newBlockingStub(channel).withDeadlineAfter(limit.toMillis(), TimeUnit.MILLISECONDS);
    }

    public ImageServiceGrpc.ImageServiceBlockingStub images() {
        return ImageServiceGrpc.newBlockingStub(channel).withDeadlineAfter(timeout.toMillis(), TimeUnit.MILLISECONDS);
    }

    /// Pulls end when they stall, not after a time, so this has no deadline.
    public ImageServiceGrpc.ImageServiceBlockingStub imagesWithoutDeadline() {
        return ImageServiceGrpc.newBlockingStub(channel);
    }

    /// cri-j's own calls; other servers answer `UNIMPLEMENTED`.
    public AdminGrpc.AdminBlockingV2Stub admin() {
        return AdminGrpc.newBlockingV2Stub(channel);
    }

    @Override
    public void close() {
        channel.shutdownNow();
        var ending = loop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
        ending.awaitUninterruptibly(1, TimeUnit.SECONDS);
    }
}
