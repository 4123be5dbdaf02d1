package io.crij.server.cli;

/// The exit codes of `crij`, part of its contract with scripts.
final class ExitCode {
    static final int OK = 0;
    /// The request was understood and failed.
    static final int FAILED = 1;
    /// The command line is wrong.
    static final int USAGE = 2;
    /// No server answers at the endpoint.
    static final int UNREACHABLE = 3;
    /// A named pod, container or image does not exist.
    static final int NOT_FOUND = 4;
    /// It took longer than was allowed.
    static final int TIMED_OUT = 5;
    /// `run` and `exec` give back the exit code of the command; this one means that it never ran.
    static final int NOT_RUN = 125;

    private ExitCode() {}
}
