package io.crij.monitor;

import io.crij.monitor.proto.Failure;

/// Why the monitor did not do what it was asked. The message says what was tried, on what, why it failed and what to
/// do.
public final class MonitorException extends Exception {
    /// The kinds of failure a caller may want to tell apart; see `Failure.Code` in `monitor.proto`.
    public enum Code {
        INTERNAL,
        NOT_FOUND,
        ALREADY_EXISTS,
        WRONG_STATE,
        INVALID,
        UNSUPPORTED,
        /// A step of the container's set-up failed in the kernel; [MonitorException#errno] is set.
        STEP_FAILED,
        TIMED_OUT,
        CANCELLED,
        COMMAND_NOT_FOUND,
        COMMAND_NOT_EXECUTABLE,
        LOG_FAILED,
        /// This subscriber did not keep up; it subscribes anew.
        OVERFLOWED,
        /// There is no connection to the monitor, or it broke before the answer: whether the verb took effect is
        /// unknown, a create is rolled back.
        CONNECTION_LOST
    }

    private final Code code;
    private final int errno;

    public MonitorException(Code code, String message, int errno) {
        super(message);
        this.code = code;
        this.errno = errno;
    }

    MonitorException(Code code, String message, Throwable cause) {
        super(message, cause);
        this.code = code;
        this.errno = 0;
    }

    public Code code() {
        return code;
    }

    /// Error number of the kernel, 0 when there is none.
    public int errno() {
        return errno;
    }

    static MonitorException of(Failure failure) {
        return new MonitorException(code(failure.getCode()), failure.getMessage(), failure.getErrno());
    }

    private static Code code(Failure.Code code) {
        return switch (code) {
            case INTERNAL, UNRECOGNIZED -> Code.INTERNAL;
            case NOT_FOUND -> Code.NOT_FOUND;
            case ALREADY_EXISTS -> Code.ALREADY_EXISTS;
            case WRONG_STATE -> Code.WRONG_STATE;
            case INVALID -> Code.INVALID;
            case UNSUPPORTED -> Code.UNSUPPORTED;
            case STEP_FAILED -> Code.STEP_FAILED;
            case TIMED_OUT -> Code.TIMED_OUT;
            case CANCELLED -> Code.CANCELLED;
            case COMMAND_NOT_FOUND -> Code.COMMAND_NOT_FOUND;
            case COMMAND_NOT_EXECUTABLE -> Code.COMMAND_NOT_EXECUTABLE;
            case LOG_FAILED -> Code.LOG_FAILED;
            case OVERFLOWED -> Code.OVERFLOWED;
        };
    }
}
