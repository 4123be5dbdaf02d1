package io.crij.oci.cli;

import io.crij.linux.Fd;
import io.crij.oci.runtime.OciException.InvalidSpec;
import io.crij.oci.runtime.OciException.Unsupported;
import io.crij.oci.runtime.Stdio;
import java.nio.file.Path;
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

    @Option(names = "--preserve-fds", paramLabel = "N", description = "Refused unless 0.")
    int preserveFds;

    @Option(names = "--no-pivot", description = "Refused: the root is always changed by pivot_root.")
    boolean noPivot;

    @Option(names = "--no-new-keyring", description = "Refused: each container has a session keyring of its own.")
    boolean noNewKeyring;

    /// The caller's own streams, or a terminal.
    Stdio stdio(boolean terminal, boolean detached) throws InvalidSpec {
        if (!terminal) {
            return new Stdio.Given(Fd.adopt(0), Fd.adopt(1), Fd.adopt(2));
        }
        if (consoleSocket == null && detached) {
            throw new InvalidSpec("process.terminal", "true", "needs --console-socket for the terminal's master");
        }
        return new Stdio.Terminal();
    }

    void check() throws Unsupported {
        if (preserveFds > 0) {
            throw new Unsupported("--preserve-fds " + preserveFds + ": descriptors of the caller are not passed on");
        }
        if (noPivot) {
            throw new Unsupported(
                    "--no-pivot: this runtime changes the root by pivot_root only; put the bundle on a file"
                            + " system that is not the initial ramdisk");
        }
        if (noNewKeyring) {
            throw new Unsupported("--no-new-keyring: each container gets a session keyring of its own here");
        }
    }
}
