package io.crij.e2e;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/// A client of a streaming URL that can also do what none should: HTTP and WebSocket frames by hand. One thread reads
/// and one writes.
public final class StreamClient implements AutoCloseable {
    public static final int STDIN = 0;
    public static final int STDOUT = 1;
    public static final int STDERR = 2;
    public static final int STATUS = 3;
    public static final int RESIZE = 4;

    private static final int BINARY = 0x82;
    private static final int CLOSE = 8;
    /// The channel of v5 whose messages are numbers of channels that end.
    private static final int END = 255;

    private final SocketChannel channel;
    private final DataInputStream in;

    /// @param relay socket of a [LoopbackRelay]
    StreamClient(Path relay, int port) throws IOException {
        channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        channel.connect(UnixDomainSocketAddress.of(relay));
        in = new DataInputStream(Channels.newInputStream(channel));
        send(ByteBuffer.allocate(2).putShort(0, (short) port));
    }

    /// What came until the end.
    ///
    /// @param status of the error channel, JSON
    public record Outcome(String stdout, String stderr, String status) {}

    /// Asks to become a WebSocket of a protocol; returns the head of the answer.
    public String upgrade(String path, String protocol) throws IOException {
        send("""
                GET %s HTTP/1.1\r
                Host: node\r
                Connection: Upgrade\r
                Upgrade: websocket\r
                Sec-WebSocket-Version: 13\r
                Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r
                Sec-WebSocket-Protocol: %s\r
                \r
                """.formatted(path, protocol).getBytes(StandardCharsets.ISO_8859_1));
        var head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int next = in.read();
            if (next < 0) {
                throw new EOFException("closed after: " + head);
            }
            head.append((char) next);
        }
        return head.toString();
    }

    public static String path(String url) {
        return URI.create(url).getPath();
    }

    public void send(byte[] bytes) throws IOException {
        send(ByteBuffer.wrap(bytes));
    }

    private void send(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    /// A message of one frame.
    public void message(int number, byte[] content) throws IOException {
        int length = 1 + content.length;
        var frame = ByteBuffer.allocate(length + 14).put((byte) BINARY);
        if (length < 126) {
            frame.put((byte) (0x80 | length));
        } else if (length < 1 << 16) {
            frame.put((byte) (0x80 | 126)).putShort((short) length);
        } else {
            frame.put((byte) (0x80 | 127)).putLong(length);
        }
        frame.putInt(0).put((byte) number).put(content); // a mask of zeros
        send(frame.flip());
    }

    public void message(int number, String text) throws IOException {
        message(number, text.getBytes(StandardCharsets.UTF_8));
    }

    /// The end of a channel, as v5 has it.
    public void end(int number) throws IOException {
        message(END, new byte[] {(byte) number});
    }

    /// Reads until the channel has said this; what it said until then.
    public String await(int number, String expected) throws IOException {
        var said = new StringBuilder();
        while (said.indexOf(expected) < 0) {
            var message = next();
            if (message == null) {
                throw new EOFException("closed after: " + said);
            }
            if (message.number() == number) {
                said.append(message.text());
            }
        }
        return said.toString();
    }

    /// Reads until the server closes.
    public Outcome rest() throws IOException {
        var all =
                new StringBuilder[] {new StringBuilder(), new StringBuilder(), new StringBuilder(), new StringBuilder()
                };
        for (var message = next(); message != null; message = next()) {
            if (message.number() < all.length) {
                all[message.number()].append(message.text());
            }
        }
        return new Outcome(all[STDOUT].toString(), all[STDERR].toString(), all[STATUS].toString());
    }

    private record Message(int number, String text) {}

    private @org.jspecify.annotations.Nullable Message next() throws IOException {
        int first = in.read();
        if (first < 0) {
            return null;
        }
        long length = in.readUnsignedByte() & 0x7F;
        if (length == 126) {
            length = in.readUnsignedShort();
        } else if (length == 127) {
            length = in.readLong();
        }
        byte[] content = in.readNBytes((int) length);
        if ((first & 0xF) == CLOSE) {
            return null;
        }
        return content.length == 0
                ? new Message(END, "")
                : new Message(content[0] & 0xFF, new String(content, 1, content.length - 1, StandardCharsets.UTF_8));
    }

    /// Nothing more is sent; what comes can be read.
    public void endOutput() throws IOException {
        channel.shutdownOutput();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
