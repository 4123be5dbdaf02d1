package io.crij.server.cli;

/// A command that cannot go on: the message is all that the user sees, the code is what the shell gets.
final class CliException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int exitCode;

    CliException(int exitCode, String message) {
        super(message);
        this.exitCode = exitCode;
    }

    /// With the cause's own words.
    CliException(int exitCode, Exception cause) {
        this(exitCode, String.valueOf(cause.getMessage()), cause);
    }

    CliException(int exitCode, String message, Throwable cause) {
        super(message, cause);
        this.exitCode = exitCode;
    }

    int exitCode() {
        return exitCode;
    }
}
