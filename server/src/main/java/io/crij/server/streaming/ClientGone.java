package io.crij.server.streaming;

import java.io.IOException;

/// The client has closed the connection, or it was closed because of the client.
final class ClientGone extends IOException {
    ClientGone() {
        super("the client has gone");
    }
}
