package io.crij.oci.program;

/// An architecture that `init` exists for.
public enum Arch {
    X86_64,
    AARCH64;

    /// The one this JVM runs on.
    public static Arch host() {
        return System.getProperty("os.arch", "").equals("aarch64") ? AARCH64 : X86_64;
    }

    /// As uname(2) has it.
    public String machine() {
        return this == X86_64 ? "x86_64" : "aarch64";
    }
}
