package io.crij.image.registry;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.ProtocolException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/// One HTTP/1.1 connection (RFC 9112): one request at a time, the next one when the body of the last has been read.
/// Registries are not trusted: header fields and chunk sizes are bounded.
///
/// Not thread-safe, except that [#close] from any thread ends a read that waits.
final class HttpConnection implements AutoCloseable {
    private static final int MOST_LINE = 16 * 1024;
    private static final int MOST_HEADERS = 64 * 1024;

    /// Told when the connection is free again, or of no more use.
    interface Owner {
        void released(HttpConnection connection, boolean reusable);
    }

    private final Socket socket;
    private final InputStream in;
    private final Owner owner;

    HttpConnection(Socket socket, Owner owner) throws IOException {
        this.socket = socket;
        this.in = new BufferedInputStream(socket.getInputStream(), 64 * 1024);
        this.owner = owner;
    }

    /// @param target path with query, or with a proxy the whole URL
    HttpResponse exchange(String method, String target, Map<String, String> headers, byte[] body) throws IOException {
        try {
            send(method, target, headers, body);
            return receive(method);
        } catch (IOException | RuntimeException e) {
            close();
            throw e;
        }
    }

    private void send(String method, String target, Map<String, String> headers, byte[] body) throws IOException {
        StringBuilder head = new StringBuilder(256);
        head.append(method).append(' ').append(target).append(" HTTP/1.1\r\n");
        headers.forEach(
                (name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
        if (body.length > 0) {
            head.append("Content-Length: ").append(body.length).append("\r\n");
        }
        head.append("\r\n");
        if (countLines(head) != headers.size() + 2 + (body.length > 0 ? 1 : 0)) {
            throw new ProtocolException("a line break in a request's address or header fields");
        }
        byte[] bytes = head.toString().getBytes(StandardCharsets.ISO_8859_1);
        socket.getOutputStream().write(bytes);
        socket.getOutputStream().write(body);
        socket.getOutputStream().flush();
    }

    private static long countLines(CharSequence text) {
        return text.chars().filter(c -> c == '\n').count();
    }

    private HttpResponse receive(String method) throws IOException {
        int status;
        Headers headers;
        do {
            status = status(line());
            headers = headers();
        } while (status >= 100 && status < 200);
        return new HttpResponse(status, headers, body(method, status, headers));
    }

    private static int status(String line) throws IOException {
        String[] parts = line.split(" ", 3);
        if (parts.length < 2 || !parts[0].startsWith("HTTP/1.") || !parts[1].matches("[1-9][0-9]{2}")) {
            throw new ProtocolException("the answer does not begin as HTTP: \""
                    + line.substring(0, Math.min(40, line.length())).replaceAll("\\P{Print}", "?") + "\"");
        }
        return Integer.parseInt(parts[1]);
    }

    private Headers headers() throws IOException {
        Headers headers = new Headers();
        int size = 0;
        for (String line = line(); !line.isEmpty(); line = line()) {
            size += line.length();
            int colon = line.indexOf(':');
            if (size > MOST_HEADERS || colon <= 0) {
                throw new ProtocolException("the answer's header fields are invalid");
            }
            headers.add(
                    line.substring(0, colon).strip(), line.substring(colon + 1).strip());
        }
        return headers;
    }

    private InputStream body(String method, int status, Headers headers) throws IOException {
        boolean reusable = !headers.has("Connection", "close");
        if (method.equals("HEAD") || status == 204 || status == 304) {
            return new FixedBody(0, reusable);
        }
        if (headers.has("Transfer-Encoding", "chunked")) {
            return new ChunkedBody(reusable);
        }
        String length = headers.first("Content-Length").orElse("");
        if (length.isEmpty()) {
            return new OpenBody();
        }
        if (!length.matches("[0-9]{1,18}")) {
            throw new ProtocolException("the answer has the Content-Length \"" + length + "\"");
        }
        return new FixedBody(Long.parseLong(length), reusable);
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder(80);
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new EOFException("the connection ended before the answer");
            }
            if (line.length() >= MOST_LINE) {
                throw new ProtocolException("the answer has a line of more than " + MOST_LINE + " bytes");
            }
            line.append((char) c);
        }
        if (!line.isEmpty() && line.charAt(line.length() - 1) == '\r') {
            line.setLength(line.length() - 1);
        }
        return line.toString();
    }

    /// How long a read may wait for the next byte.
    void timeout(java.time.Duration stall) throws IOException {
        socket.setSoTimeout((int) Math.min(Integer.MAX_VALUE, stall.toMillis()));
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            // nothing is lost: the connection is given up
        }
        owner.released(this, false);
    }

    private abstract class Body extends InputStream {
        private final boolean reusable;
        private boolean finished;

        Body(boolean reusable) {
            this.reusable = reusable;
        }

        void finish() {
            if (!finished) {
                finished = true;
                if (reusable) {
                    owner.released(HttpConnection.this, true);
                } else {
                    HttpConnection.this.close();
                }
            }
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public void close() {
            if (!finished) {
                finished = true;
                HttpConnection.this.close();
            }
        }
    }

    private final class FixedBody extends Body {
        private long left;

        FixedBody(long length, boolean reusable) {
            super(reusable);
            left = length;
            if (length == 0) {
                finish();
            }
        }

        @Override
        public int read(byte[] target, int from, int length) throws IOException {
            if (left == 0) {
                return -1;
            }
            int got = in.read(target, from, (int) Math.min(length, left));
            if (got < 0) {
                throw new EOFException("the connection ended " + left + " bytes before the end of the answer");
            }
            left -= got;
            if (left == 0) {
                finish();
            }
            return got;
        }
    }

    private final class ChunkedBody extends Body {
        private long left;
        private boolean last;

        ChunkedBody(boolean reusable) {
            super(reusable);
        }

        @Override
        public int read(byte[] target, int from, int length) throws IOException {
            if (left == 0 && !last) {
                nextChunk();
            }
            if (last) {
                return -1;
            }
            int got = in.read(target, from, (int) Math.min(length, left));
            if (got < 0) {
                throw new EOFException("the connection ended inside of a chunk");
            }
            left -= got;
            if (left == 0 && !line().isEmpty()) {
                throw new ProtocolException("a chunk is longer than it says");
            }
            return got;
        }

        private void nextChunk() throws IOException {
            String size = line().replaceFirst(";.*", "").strip();
            if (!size.matches("[0-9a-fA-F]{1,15}")) {
                throw new ProtocolException("a chunk has the size \"" + size.replaceAll("\\P{Print}", "?") + "\"");
            }
            left = Long.parseLong(size, 16);
            if (left == 0) {
                headers(); // trailers mean nothing to us
                last = true;
                finish();
            }
        }
    }

    /// Without a length the body ends with the connection; whether it is whole, only its digest can tell.
    private final class OpenBody extends Body {
        OpenBody() {
            super(false);
        }

        @Override
        public int read(byte[] target, int from, int length) throws IOException {
            int got = in.read(target, from, length);
            if (got < 0) {
                finish();
            }
            return got;
        }
    }
}
