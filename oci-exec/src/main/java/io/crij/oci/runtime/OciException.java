package io.crij.oci.runtime;

import java.time.Duration;

/// Why a runtime did not do what it was asked. The message says what was tried, on what, why it failed, what to do.
public abstract sealed class OciException extends Exception {
    OciException(String message) {
        super(message);
    }

    OciException(String message, Throwable cause) {
        super(message, cause);
    }

    public static final class NotFound extends OciException {
        public NotFound(String id) {
            super("container " + id + " does not exist");
        }
    }

    public static final class AlreadyExists extends OciException {
        public AlreadyExists(String id) {
            super("container with given ID already exists: " + id);
        }
    }

    /// The container is not in a state that allows the verb.
    public static final class WrongState extends OciException {
        public WrongState(String message) {
            super(message);
        }
    }

    /// The configuration is wrong; `path` is the JSON path of the property.
    public static final class InvalidSpec extends OciException {
        private final String path;

        public InvalidSpec(String path, String value, String reason) {
            super(path + ": " + value + ": " + reason);
            this.path = path;
        }

        public String path() {
            return path;
        }
    }

    /// The kernel or this host lacks what the configuration asks for.
    public static final class Unsupported extends OciException {
        public Unsupported(String message) {
            super(message);
        }
    }

    /// A step of the set-up failed in the kernel.
    public static final class StepFailed extends OciException {
        private final int errno;

        public StepFailed(String message, int errno) {
            super(message);
            this.errno = errno;
        }

        public StepFailed(String message, int errno, Throwable cause) {
            super(message, cause);
            this.errno = errno;
        }

        public int errno() {
            return errno;
        }
    }

    /// The program to run is not there.
    public static final class CommandNotFound extends OciException {
        public CommandNotFound(String command) {
            super("exec: \"" + command + "\": executable file not found in $PATH");
        }
    }

    /// The program to run is there but may not be executed.
    public static final class CommandNotExecutable extends OciException {
        public CommandNotExecutable(String command, String reason) {
            super("exec: \"" + command + "\": " + reason);
        }
    }

    /// A hook failed; the container is gone.
    public static final class HookFailed extends OciException {
        public HookFailed(String message) {
            super(message);
        }
    }

    public static final class TimedOut extends OciException {
        public TimedOut(String what, Duration after) {
            super(what + ": no answer within " + after);
        }
    }
}
