package io.crij.e2e;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;

/// The way into a node's network from outside, for clients of its streaming server, which listens on the node's own
/// loopback interface. Runs inside the network namespace as a program of its own: `LoopbackRelay SOCKET`. A
/// client of the Unix socket first sends the port as two bytes.
final class LoopbackRelay {
    private static final int BUFFER = 64 << 10;

    private LoopbackRelay() {}

    /// Runs until it is killed.
    public static void main(String[] arguments) throws IOException {
        try (var server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(Path.of(arguments[0])));
            while (true) {
                var client = server.accept();
                Thread.ofVirtual().start(() -> serve(client));
            }
        }
    }

    private static void serve(SocketChannel client) {
        try (client) {
            var port = ByteBuffer.allocate(2);
            while (port.hasRemaining()) {
                if (client.read(port) < 0) {
                    return;
                }
            }
            var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port.getShort(0) & 0xFFFF);
            try (var target = SocketChannel.open(address)) {
                var back = Thread.ofVirtual().start(() -> copy(target, client));
                copy(client, target);
                back.join();
            }
        } catch (IOException e) {
            // the client sees the end of its connection
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// An end goes on as an end, a breakdown ends both sides.
    private static void copy(SocketChannel from, SocketChannel to) {
        var buffer = ByteBuffer.allocate(BUFFER);
        try {
            while (from.read(buffer) >= 0) {
                buffer.flip();
                while (buffer.hasRemaining()) {
                    to.write(buffer);
                }
                buffer.clear();
            }
            to.shutdownOutput();
        } catch (IOException e) {
            close(from);
            close(to);
        }
    }

    private static void close(SocketChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            // nothing to be done about it
        }
    }
}
