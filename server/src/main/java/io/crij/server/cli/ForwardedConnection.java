package io.crij.server.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/// One local connection joined to a port of a pod. Channel 0 is for data, 1 for why it failed; both begin with the
/// port's
/// number.
final class ForwardedConnection {
    private static final int DATA = 0;
    private static final int FAILURE = 1;
    private static final int NUMBER = 2;

    private final Socket socket;
    private final String url;
    private final ByteArrayOutputStream failure = new ByteArrayOutputStream();
    private final int[] toSkip = {NUMBER, NUMBER};

    ForwardedConnection(Socket socket, String url) {
        this.socket = socket;
        this.url = url;
    }

    /// Returns when it is over.
    ///
    /// @throws IOException the port could not be reached, or the stream broke
    void run() throws IOException {
        socket.setTcpNoDelay(true);
        try (var stream = StreamSocket.open(url, this::receive)) {
            Thread.ofVirtual().start(() -> send(stream));
            stream.await();
        }
        if (failure.size() > 0) {
            throw new IOException(failure.toString(StandardCharsets.UTF_8));
        }
    }

    private void receive(int channel, ByteBuffer bytes) throws IOException {
        if (channel != DATA && channel != FAILURE) {
            return;
        }
        int skipped = Math.min(toSkip[channel], bytes.remaining());
        toSkip[channel] -= skipped;
        bytes.position(bytes.position() + skipped);
        byte[] piece = new byte[bytes.remaining()];
        bytes.get(piece);
        if (channel == DATA) {
            socket.getOutputStream().write(piece);
        } else {
            failure.writeBytes(piece);
        }
    }

    private void send(StreamSocket stream) {
        byte[] piece = new byte[32 << 10];
        try {
            var in = socket.getInputStream();
            for (int count = in.read(piece); count >= 0; count = in.read(piece)) {
                stream.send(DATA, piece, count);
            }
            stream.end(DATA);
        } catch (IOException e) {
            // the local end broke: the pod's end is told by closing
            stream.close();
        }
    }
}
