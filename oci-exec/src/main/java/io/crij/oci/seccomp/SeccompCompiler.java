package io.crij.oci.seccomp;

import io.crij.oci.runtime.OciException.InvalidSpec;
import io.crij.oci.spec.Seccomp;

/// Compiles the specification's rules to a classic BPF program. Equal rules are compiled once. Thread-safe.
public final class SeccompCompiler {
    /// @throws InvalidSpec for what the kernel could not do, such as a listener without a path
    public SeccompFilter compile(Seccomp seccomp) throws InvalidSpec {
        throw new UnsupportedOperationException("compile " + seccomp.defaultAction());
    }
}
