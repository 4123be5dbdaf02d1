package io.crij.server.nri;

import io.crij.server.transport.Sockets;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Where plugins connect. A virtual thread of its own accepts, each plugin has one that takes it in.
final class PluginSocket implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PluginSocket.class);

    private final ServerSocketChannel listener;
    private final Path path;

    private PluginSocket(ServerSocketChannel listener, Path path) {
        this.listener = listener;
        this.path = path;
    }

    /// @return empty when it cannot be: a node without plugins from outside is better than none
    static Optional<PluginSocket> listen(Path path, Consumer<SocketChannel> onConnection) {
        if (Sockets.isLive(path)) {
            LOG.warn(
                    "no NRI plugin can connect: another runtime answers on {}; stop it, or set nri.socket to another"
                            + " path",
                    path);
            return Optional.empty();
        }
        try {
            var socket = bind(path);
            Thread.ofVirtual().name("nri-accept").start(() -> socket.accept(onConnection));
            return Optional.of(socket);
        } catch (IOException e) {
            LOG.error("no NRI plugin can connect: tried to listen on {} but {}", path, e.getMessage());
            return Optional.empty();
        }
    }

    private static PluginSocket bind(Path path) throws IOException {
        var folder = path.getParent();
        if (folder != null && !Files.exists(folder)) {
            Files.createDirectories(
                    folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        }
        var temporary = Sockets.beside(path);
        var listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            listener.bind(UnixDomainSocketAddress.of(temporary));
            Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rw-------"));
            // with its mode; in the place of what an earlier server left
            Files.move(temporary, path, StandardCopyOption.ATOMIC_MOVE);
            return new PluginSocket(listener, path);
        } catch (IOException | RuntimeException e) {
            listener.close();
            throw e;
        }
    }

    private void accept(Consumer<SocketChannel> onConnection) {
        while (listener.isOpen()) {
            try {
                var connection = listener.accept();
                Thread.ofVirtual().name("nri-register").start(() -> onConnection.accept(connection));
            } catch (IOException e) {
                if (listener.isOpen()) {
                    LOG.warn("an NRI plugin could not connect: {}", e.getMessage());
                    pause();
                }
            }
        }
    }

    /// As when there are no descriptors left.
    private static void pause() {
        try {
            Thread.sleep(1000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        try {
            listener.close();
            Files.deleteIfExists(path);
        } catch (IOException e) {
            LOG.warn("cannot remove {}: {}", path, e.getMessage());
        }
    }
}
