package io.crij.oci.cli;

import io.crij.linux.ErrnoException;
import io.crij.linux.Pidfd;
import io.crij.linux.UnixSocket;
import io.crij.oci.runtime.OciException.StepFailed;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/// Hands a descriptor of the process to the caller, as runc does: one message, `pidfd`.
final class PidfdSocket {
    private PidfdSocket() {}

    static void hand(Path path, int pid) throws StepFailed {
        try (var socket = UnixSocket.connect(path.toString(), UnixSocket.Kind.STREAM);
                var pidfd = new Pidfd(pid)) {
            socket.send("pidfd".getBytes(StandardCharsets.US_ASCII), List.of(pidfd.fd()));
        } catch (ErrnoException e) {
            throw new StepFailed(
                    "--pidfd-socket: cannot hand the pidfd to " + path + ": " + e.getMessage(), e.errno(), e);
        }
    }
}
