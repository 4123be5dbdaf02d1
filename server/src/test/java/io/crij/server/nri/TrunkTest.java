package io.crij.server.nri;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class TrunkTest {
    @TempDir
    Path folder;

    private SocketChannel far;
    private Trunk trunk;

    @BeforeEach
    void connect() throws IOException {
        var path = folder.resolve("trunk.sock");
        try (var listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            listener.bind(UnixDomainSocketAddress.of(path));
            far = SocketChannel.open(UnixDomainSocketAddress.of(path));
            trunk = new Trunk(listener.accept());
        }
        trunk.start("test");
    }

    @AfterEach
    void close() throws IOException {
        trunk.close();
        far.close();
    }

    private void send(int id, byte[] bytes) throws IOException {
        var piece = ByteBuffer.allocate(8 + bytes.length)
                .putInt(id)
                .putInt(bytes.length)
                .put(bytes)
                .flip();
        while (piece.hasRemaining()) {
            far.write(piece);
        }
    }

    private ByteBuffer receive(int size) throws IOException {
        var bytes = ByteBuffer.allocate(size);
        while (bytes.hasRemaining() && far.read(bytes) >= 0) {
            // until it is full
        }
        return bytes.flip();
    }

    @Test
    void eachConnectionGetsItsOwnBytesInOrder() throws Exception {
        send(Trunk.PLUGIN, new byte[] {1, 2});
        send(Trunk.RUNTIME, new byte[] {9});
        send(Trunk.PLUGIN, new byte[] {});
        send(7, new byte[] {5, 5, 5});
        send(Trunk.PLUGIN, new byte[] {3});
        assertArrayEquals(new byte[] {1, 2, 3}, trunk.plugin().in().readNBytes(3));
        assertArrayEquals(new byte[] {9}, trunk.runtime().in().readNBytes(1));
    }

    @Test
    void everyWriteIsAPieceOfItsOwn() throws Exception {
        trunk.runtime().out().write(new byte[] {1, 2, 3});
        trunk.plugin().out().write(new byte[] {4});
        var wire = receive(8 + 3 + 8 + 1);
        assertEquals(Trunk.RUNTIME, wire.getInt());
        assertEquals(3, wire.getInt());
        assertEquals(0x010203, (wire.get() << 16) | (wire.get() << 8) | wire.get());
        assertEquals(Trunk.PLUGIN, wire.getInt());
        assertEquals(1, wire.getInt());
        assertEquals(4, wire.get());
    }

    @Test
    void largePiecesGoThrough() throws Exception {
        byte[] large = new byte[(4 << 20) + 10];
        new Random(1).nextBytes(large);
        var sender = Thread.ofVirtual().start(() -> {
            try {
                send(Trunk.PLUGIN, large);
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
        assertArrayEquals(large, trunk.plugin().in().readNBytes(large.length));
        sender.join();
        trunk.plugin().out().write(large);
        var wire = receive(8 + large.length);
        wire.getInt();
        assertEquals(large.length, wire.getInt());
        byte[] back = new byte[large.length];
        wire.get(back);
        assertArrayEquals(large, back);
    }

    @Test
    void pieceThatIsTooLargeEndsBothConnections() throws Exception {
        far.write(ByteBuffer.allocate(8)
                .putInt(Trunk.PLUGIN)
                .putInt((4 << 20) + 11)
                .flip());
        assertEquals(-1, trunk.plugin().in().read());
        assertEquals(-1, trunk.runtime().in().read());
        assertEquals(-1, far.read(ByteBuffer.allocate(1)));
        assertThrows(IOException.class, () -> trunk.plugin().out().write(1));
    }

    @Test
    void endOfTheSocketEndsBothConnectionsAfterWhatCameBefore() throws Exception {
        send(Trunk.PLUGIN, new byte[] {1});
        far.close();
        assertEquals(1, trunk.plugin().in().read());
        assertEquals(-1, trunk.plugin().in().read());
        assertEquals(-1, trunk.runtime().in().read());
    }

    @Test
    void otherEndThatNeverReadsLosesTheTrunkAndBlocksNobody() {
        byte[] large = new byte[4 << 20];
        assertThrows(IOException.class, () -> {
            for (int i = 0; i < 10; i++) {
                trunk.plugin().out().write(large);
            }
        });
    }

    @Test
    void interruptedWriterLeavesTheSocketOpen() throws Exception {
        var writer = Thread.ofVirtual().start(() -> {
            Thread.currentThread().interrupt();
            try {
                trunk.plugin().out().write(new byte[] {1});
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
        writer.join();
        assertEquals(9, receive(9).remaining());
        send(Trunk.PLUGIN, new byte[] {2});
        assertEquals(2, trunk.plugin().in().read());
    }
}
