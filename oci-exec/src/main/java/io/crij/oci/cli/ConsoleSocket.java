package io.crij.oci.cli;

import io.crij.linux.ErrnoException;
import io.crij.linux.Fd;
import io.crij.linux.UnixSocket;
import io.crij.oci.runtime.OciException.StepFailed;
import io.crij.oci.runtime.Shim;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/// Hands a terminal's master to the caller: one message with the descriptor, as runc does.
final class ConsoleSocket implements AutoCloseable {
    private final UnixSocket socket;

    /// Connects before anything is made: a path that leads nowhere leaves nothing behind.
    ConsoleSocket(Path path) throws StepFailed {
        try {
            socket = UnixSocket.connect(path.toString(), UnixSocket.Kind.STREAM);
        } catch (ErrnoException e) {
            throw new StepFailed("cannot connect to the console socket " + path + ": " + e.getMessage(), e.errno(), e);
        }
    }

    void hand(Shim shim) throws StepFailed {
        Fd master = shim.console().orElseThrow(() -> new IllegalStateException("a terminal has a master"));
        try {
            socket.send("/dev/ptmx".getBytes(StandardCharsets.US_ASCII), List.of(master));
        } catch (ErrnoException e) {
            throw new StepFailed("cannot hand the terminal over: " + e.getMessage(), e.errno(), e);
        }
    }

    @Override
    public void close() {
        socket.close();
    }
}
