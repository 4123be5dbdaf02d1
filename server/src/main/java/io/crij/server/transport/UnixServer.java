package io.crij.server.transport;

import io.grpc.BindableService;
import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.util.concurrent.FastThreadLocalThread;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/// A gRPC server on a unix socket. One Netty thread moves bytes and begins the calls: what may wait goes on on another
/// (see [io.crij.server.call.Calls]).
///
/// The socket appears under its name with mode 0660 already set: it is bound under another name in the same folder and
/// renamed. A socket that a dead server left is replaced.
public final class UnixServer implements AutoCloseable {
    private static final Duration GRACE = Duration.ofSeconds(5);

    private final Path socket;
    private final Server server;
    private final MultiThreadIoEventLoopGroup loop;
    private final ExecutorService calls;

    /// @throws IOException the socket cannot be made, or somebody serves on it
    public UnixServer(Path socket, long maxRequest, long maxResponse, List<BindableService> services)
            throws IOException {
        Sockets.refuseLive(socket);
        Files.createDirectories(socket.toAbsolutePath().getParent());
        this.socket = socket;
        this.loop = new MultiThreadIoEventLoopGroup(1, UnixServer::ioThread, EpollIoHandler.newFactory());
        this.calls = Executors.newThreadPerTaskExecutor(
                Thread.ofVirtual().name("rpc-", 0).factory());
        var temporary = Sockets.beside(socket);
        this.server = build(temporary, maxRequest, maxResponse, services);
        try {
            server.start();
            Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rw-rw----"));
            Files.move(temporary, socket, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            close();
            throw new IOException("Tried to listen on " + socket + " but " + e.getMessage(), e);
        }
    }

    /// Netty's own kind of thread: what it keeps for each thread is a field there and no table.
    private static Thread ioThread(Runnable task) {
        var thread = new FastThreadLocalThread(task, "grpc");
        thread.setDaemon(true);
        return thread;
    }

    private Server build(Path address, long maxRequest, long maxResponse, List<BindableService> services) {
        var builder = NettyServerBuilder.forAddress(new DomainSocketAddress(address.toString()))
                .channelType(EpollServerDomainSocketChannel.class)
                .bossEventLoopGroup(loop)
                .workerEventLoopGroup(loop)
                .directExecutor()
                .callExecutor(new CallThreads(calls))
                .maxInboundMessageSize(Math.toIntExact(maxRequest))
                .intercept(new ResponseLimit(maxResponse))
                // a fixed one, as gRPC would measure the way to the client with a ping at each request otherwise
                .flowControlWindow(NettyServerBuilder.DEFAULT_FLOW_CONTROL_WINDOW)
                // the kubelet's and crictl's clients may ask for signs of life as often as they like
                .permitKeepAliveTime(1, TimeUnit.SECONDS)
                .permitKeepAliveWithoutCalls(true);
        services.forEach(builder::addService);
        return builder.build();
    }

    /// Blocks until [#close].
    public void awaitEnd() throws InterruptedException {
        server.awaitTermination();
    }

    /// Lets calls under way finish for a moment, then cancels them.
    @Override
    public void close() {
        try {
            Files.deleteIfExists(socket);
        } catch (IOException e) {
            System.getLogger(UnixServer.class.getName()).log(System.Logger.Level.WARNING, "cannot remove " + socket, e);
        }
        server.shutdown();
        if (!ended(GRACE)) {
            server.shutdownNow();
            ended(GRACE);
        }
        loop.shutdownGracefully(0, 100, TimeUnit.MILLISECONDS).awaitUninterruptibly(1_000);
        calls.shutdownNow();
    }

    private boolean ended(Duration patience) {
        try {
            return server.awaitTermination(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
