package io.crij.server.streaming;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;

/// An HTTP and WebSocket client that can also do what none should.
final class RawClient implements AutoCloseable {
    final Socket socket;
    private final DataInputStream in;
    private final OutputStream out;

    RawClient(int port) throws IOException {
        socket = new Socket("127.0.0.1", port);
        socket.setSoTimeout(60_000);
        in = new DataInputStream(socket.getInputStream());
        out = socket.getOutputStream();
    }

    /// A message: its kind (opcode) and what it says.
    record Message(int opcode, byte[] content) {
        int channel() {
            return content.length == 0 ? -1 : content[0] & 0xFF;
        }

        String text() {
            return new String(content, 1, Math.max(0, content.length - 1), StandardCharsets.UTF_8);
        }
    }

    void send(String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.UTF_8));
    }

    /// Sends a request and returns the head of the answer.
    String request(String path, String... headers) throws IOException {
        var lines = new StringBuilder("GET " + path + " HTTP/1.1\r\nHost: x\r\n");
        for (var header : headers) {
            lines.append(header).append("\r\n");
        }
        send(lines + "\r\n");
        return head();
    }

    String head() throws IOException {
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

    /// Becomes a WebSocket; an empty protocol is none.
    String upgrade(String url, String protocol) throws IOException {
        return request(
                URI.create(url).getPath(),
                "Connection: Upgrade",
                "Upgrade: websocket",
                "Sec-WebSocket-Version: 13",
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
                protocol.isEmpty() ? "X-None: 1" : "Sec-WebSocket-Protocol: " + protocol);
    }

    void frame(int firstByte, byte[] content) throws IOException {
        var head = new java.io.ByteArrayOutputStream();
        head.write(firstByte);
        if (content.length < 126) {
            head.write(0x80 | content.length);
        } else if (content.length < 1 << 16) {
            head.write(0x80 | 126);
            head.write(content.length >> 8);
            head.write(content.length);
        } else {
            head.write(0x80 | 127);
            for (int shift = 56; shift >= 0; shift -= 8) {
                head.write((int) ((long) content.length >> shift));
            }
        }
        head.write(new byte[4]); // a mask of zeros
        head.write(content);
        out.write(head.toByteArray());
    }

    void binary(int channel, String text) throws IOException {
        frame(0x82, ((char) channel + text).getBytes(StandardCharsets.ISO_8859_1));
    }

    Message next() throws IOException {
        int opcode = in.readUnsignedByte() & 0xF;
        long length = in.readUnsignedByte() & 0x7F;
        if (length == 126) {
            length = in.readUnsignedShort();
        } else if (length == 127) {
            length = in.readLong();
        }
        return new Message(opcode, in.readNBytes((int) length));
    }

    /// Everything on one channel until the server closes, or until its end.
    String until(int channel, int most) throws IOException {
        var text = new StringBuilder();
        while (text.length() < most) {
            var message = next();
            if (message.opcode() == 8) {
                break;
            }
            if (message.channel() == channel) {
                text.append(message.text());
            }
        }
        return text.toString();
    }

    boolean ends() throws IOException {
        try {
            while (in.read() >= 0) {
                // what is still on its way
            }
            return true;
        } catch (java.net.SocketException e) {
            return true;
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
