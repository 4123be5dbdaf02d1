package io.crij.server.transport;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UnixServerTest {
    @TempDir
    Path folder;

    @Test
    void socketOfADeadServerIsReplaced() throws Exception {
        var socket = folder.resolve("s.sock");
        try (var dead = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            dead.bind(UnixDomainSocketAddress.of(socket));
        }
        assertFalse(Sockets.isLive(socket));
        try (var server = new UnixServer(socket, 1 << 20, 1 << 20, List.of())) {
            assertTrue(Sockets.isLive(socket), server.toString());
        }
    }

    @Test
    void socketOfALiveServerIsLeftAlone() throws Exception {
        var socket = folder.resolve("s.sock");
        try (var first = new UnixServer(socket, 1 << 20, 1 << 20, List.of())) {
            var refused = assertThrows(IOException.class, () -> new UnixServer(socket, 1 << 20, 1 << 20, List.of()));
            assertTrue(refused.getMessage().contains("another server answers there"), refused.getMessage());
            assertTrue(Sockets.isLive(socket), first.toString());
        }
    }

    @Test
    void tooLongAPathIsRefusedWithTheLimit() {
        var socket = folder.resolve("x".repeat(120));
        var refused = assertThrows(IOException.class, () -> new UnixServer(socket, 1 << 20, 1 << 20, List.of()));
        assertTrue(refused.getMessage().contains("is too long: at most 105 bytes"), refused.getMessage());
    }

    @Test
    void closeTwiceIsFine() throws Exception {
        var server = new UnixServer(folder.resolve("s.sock"), 1 << 20, 1 << 20, List.of());
        server.close();
        server.close();
        server.awaitEnd();
    }
}
