package io.crij.oci.program;

/// What it means when an operation fails.
public enum Failure {
    /// A step of the set-up failed in the kernel.
    STEP,
    /// The program to run is not there.
    COMMAND_NOT_FOUND,
    /// The program to run may not be executed, or is not in a format that can be.
    COMMAND_NOT_EXECUTABLE,
    /// A hook ended with an error.
    HOOK,
    /// This host lacks what was asked for.
    UNSUPPORTED
}
