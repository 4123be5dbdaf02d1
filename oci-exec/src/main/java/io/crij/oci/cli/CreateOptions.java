package io.crij.oci.cli;

import io.crij.linux.Fd;
import io.crij.oci.runtime.OciException;
import io.crij.oci.runtime.OciException.InvalidSpec;
import io.crij.oci.runtime.Shim;
import io.crij.oci.runtime.Stdio;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What `create`, `run` and `exec` share.
final class CreateOptions {
    private final Argument<@Nullable Path> pidFile;
    private final Argument<@Nullable Path> consoleSocket;
    private final Argument<@Nullable Path> pidfdSocket;
    private final Argument<Integer> preserveFds;

    CreateOptions(Syntax syntax) {
        pidFile = syntax.path("--pid-file", "FILE", "Gets the pid of the process.");
        consoleSocket = syntax.path("--console-socket", "SOCKET", "Gets the terminal's master.");
        pidfdSocket = syntax.path("--pidfd-socket", "SOCKET", "Gets a pidfd of the process.");
        preserveFds = syntax.number(
                "--preserve-fds",
                "N",
                0,
                "Descriptors of the caller, from 3 on, that the process keeps (${DEFAULT-VALUE}).");
    }

    @Nullable
    Path console() {
        return consoleSocket.value();
    }

    /// Tells the caller which process it is.
    void tell(Shim shim) throws OciException {
        @Nullable Path socket = pidfdSocket.value();
        if (socket != null) {
            PidfdSocket.hand(socket, shim.pid());
        }
        @Nullable Path file = pidFile.value();
        if (file != null) {
            PidFile.write(file, shim.pid());
        }
    }

    /// The caller's own streams, or a terminal.
    ///
    /// @param listening descriptors that systemd gave the caller
    Stdio stdio(boolean terminal, boolean detached, int listening) throws InvalidSpec {
        if (console() != null && !terminal) {
            throw new InvalidSpec("process.terminal", "false", "there is no terminal for --console-socket");
        }
        List<Fd> more = new InheritedDescriptors().from3(listening, preserveFds.value());
        if (!terminal) {
            return new Stdio.Given(Fd.adopt(0), Fd.adopt(1), Fd.adopt(2), more);
        }
        if (console() == null && detached) {
            throw new InvalidSpec("process.terminal", "true", "needs --console-socket for the terminal's master");
        }
        return new Stdio.Terminal(more);
    }
}
