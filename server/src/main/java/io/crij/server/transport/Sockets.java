package io.crij.server.transport;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/// Unix sockets as files.
public final class Sockets {
    // sun_path of unix(7)
    private static final int MAX_PATH = 107;

    private Sockets() {}

    /// Does somebody accept connections here?
    public static boolean isLive(Path socket) {
        if (!Files.exists(socket)) {
            return false;
        }
        try (var channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            return channel.connect(UnixDomainSocketAddress.of(socket));
        } catch (IOException e) {
            return false;
        }
    }

    static void refuseLive(Path socket) throws IOException {
        if (isLive(socket)) {
            throw new IOException("Tried to listen on " + socket
                    + " but another server answers there; stop it, or choose another socket with --socket");
        }
        if (beside(socket).toString().length() > MAX_PATH) {
            throw new IOException("the socket path " + socket + " is too long: at most " + (MAX_PATH - 2) + " bytes");
        }
    }

    /// Where a socket is bound before it gets its mode and its name.
    public static Path beside(Path socket) throws IOException {
        var path = Path.of(socket + ".n");
        Files.deleteIfExists(path);
        return path;
    }
}
