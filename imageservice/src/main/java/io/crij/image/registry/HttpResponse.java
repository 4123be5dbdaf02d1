package io.crij.image.registry;

import java.io.IOException;
import java.io.InputStream;

/// An answer whose body is still to be read. Closing gives the connection back when the body has been read to its
/// end,
/// else ends it.
///
/// @param body fails with [java.net.SocketTimeoutException] when nothing comes for a while, and with
/// [java.io.EOFException] when the
///     connection ends too early
record HttpResponse(int status, Headers headers, InputStream body) implements AutoCloseable {
    /// The body, at most `limit` bytes of it.
    byte[] text(int limit) throws IOException {
        return body.readNBytes(limit);
    }

    @Override
    public void close() throws IOException {
        body.close();
    }
}
