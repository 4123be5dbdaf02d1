package io.crij.oci.cli;

import io.crij.linux.Fd;
import io.crij.oci.runtime.OciException.InvalidSpec;
import io.crij.oci.runtime.Stdio;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// What `create`, `run` and `exec` share.
final class CreateOptions {
    @Option(names = "--pid-file", paramLabel = "FILE", description = "Gets the pid of the process.")
    @Nullable
    Path pidFile;

    @Option(names = "--console-socket", paramLabel = "SOCKET", description = "Gets the terminal's master.")
    @Nullable
    Path consoleSocket;

    @Option(names = "--pidfd-socket", paramLabel = "SOCKET", description = "Gets a pidfd of the process.")
    @Nullable
    Path pidfdSocket;

    @Option(
            names = "--preserve-fds",
            paramLabel = "N",
            description = "Descriptors of the caller, from 3 on, that the process keeps (${DEFAULT-VALUE}).")
    int preserveFds;

    /// The caller's own streams, or a terminal.
    ///
    /// @param listening descriptors that systemd gave the caller
    Stdio stdio(boolean terminal, boolean detached, int listening) throws InvalidSpec {
        if (consoleSocket != null && !terminal) {
            throw new InvalidSpec("process.terminal", "false", "there is no terminal for --console-socket");
        }
        List<Fd> more = new InheritedDescriptors().from3(listening, preserveFds);
        if (!terminal) {
            return new Stdio.Given(Fd.adopt(0), Fd.adopt(1), Fd.adopt(2), more);
        }
        if (consoleSocket == null && detached) {
            throw new InvalidSpec("process.terminal", "true", "needs --console-socket for the terminal's master");
        }
        return new Stdio.Terminal(more);
    }
}
