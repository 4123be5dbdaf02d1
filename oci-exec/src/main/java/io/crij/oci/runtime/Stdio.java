package io.crij.oci.runtime;

import io.crij.linux.Fd;

/// What becomes of a process's standard streams.
public sealed interface Stdio {
    /// Pipes; without `stdin` the process reads `/dev/null`. [Shim] has our ends.
    record Pipes(boolean stdin) implements Stdio {}

    /// A pseudo terminal; [Shim#console] is the master. The size is the one in the spec.
    record Terminal() implements Stdio {}

    /// All three are `/dev/null`.
    record Null() implements Stdio {}

    /// The caller's own descriptors, which stay the caller's to close.
    record Given(Fd in, Fd out, Fd err) implements Stdio {}
}
