package io.crij.oci.runtime;

import io.crij.linux.Fd;
import java.util.List;

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

    /// The caller's own descriptors, which stay the caller's to close.
    record Given(Fd in, Fd out, Fd err, List<Fd> more) implements Stdio {
        public Given(Fd in, Fd out, Fd err) {
            this(in, out, err, List.of());
        }
    }
}
