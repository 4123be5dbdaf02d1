package io.crij.linux.systemd;

import java.io.IOException;

/// systemd did not do what it was asked for; the message says what was tried, what it answered and what to do.
public final class SystemdException extends IOException {
    private static final long serialVersionUID = 1;

    private final Kind kind;

    /// Why.
    public enum Kind {
        /// No bus, no systemd on it, or no answer in time.
        UNREACHABLE,
        /// There is a unit of that name already.
        EXISTS,
        /// An error of systemd's, or a job that did not end well.
        FAILED
    }

    SystemdException(Kind kind, String message, Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    SystemdException(Kind kind, String message) {
        super(message);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }
}
