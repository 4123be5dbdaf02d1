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
    /// Who read our output has gone, as `head` does; the shell's code for the signal that other programs get then.
    static final int NO_READER = 141;
    /// `run` and `exec` give back the exit code of the command; this one means that crij failed, mostly before it ran.
    static final int NOT_RUN = 125;

    private ExitCode() {}
}
