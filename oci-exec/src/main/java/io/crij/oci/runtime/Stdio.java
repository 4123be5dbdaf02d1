package io.crij.oci.runtime;

import io.crij.linux.Fd;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What becomes of a process's standard streams.
public sealed interface Stdio {
    /// Descriptors of the caller that the process gets too, from 3 on; they stay the caller's to close.
    default List<Fd> more() {
        return List.of();
    }

    /// Pipes; without `stdin` the process reads `/dev/null`. [Shim] has our ends.
    ///
    /// @param backlogs with a pipe more for each output stream, see [Shim#stdoutBacklog]
    record Pipes(boolean stdin, boolean backlogs) implements Stdio {
        public Pipes(boolean stdin) {
            this(stdin, false);
        }
    }

    /// A pseudo terminal; [Shim#console] is the master. The size is the one in the spec.
    record Terminal(List<Fd> more) implements Stdio {
        public Terminal() {
            this(List.of());
        }
    }

    /// All three are `/dev/null`.
    record Null() implements Stdio {}

    /// Named pipes, for a process that is started by another program, which opens them by their names. The caller has
    /// both ends of each open meanwhile: to open one end waits for the other.
    ///
    /// @param stdin null: the process has none
    /// @param stderr null: all output comes through `stdout`
    /// @param command of what is run here itself
    record Named(
            @Nullable Path stdin, Path stdout, @Nullable Path stderr, Given command) implements Stdio {}

    /// The caller's own descriptors, which stay the caller's to close.
    record Given(Fd in, Fd out, Fd err, List<Fd> more) implements Stdio {
        public Given(Fd in, Fd out, Fd err) {
            this(in, out, err, List.of());
        }
    }
}
