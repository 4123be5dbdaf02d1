package io.crij.monitor;

import io.crij.monitor.proto.Failure;
import io.crij.oci.runtime.OciException;

/// Exceptions on the wire.
final class Failures {
    private Failures() {}

    static Failure of(MonitorException e) {
        return failure(code(e.code()), e, e.errno());
    }

    static Failure of(OciException e) {
        return switch (e) {
            case OciException.NotFound x -> failure(Failure.Code.NOT_FOUND, x, 0);
            case OciException.AlreadyExists x -> failure(Failure.Code.ALREADY_EXISTS, x, 0);
            case OciException.WrongState x -> failure(Failure.Code.WRONG_STATE, x, 0);
            case OciException.InvalidSpec x -> failure(Failure.Code.INVALID, x, 0);
            case OciException.Unsupported x -> failure(Failure.Code.UNSUPPORTED, x, 0);
            case OciException.StepFailed x -> failure(Failure.Code.STEP_FAILED, x, x.errno());
            case OciException.CommandNotFound x -> failure(Failure.Code.COMMAND_NOT_FOUND, x, 0);
            case OciException.CommandNotExecutable x -> failure(Failure.Code.COMMAND_NOT_EXECUTABLE, x, 0);
            case OciException.HookFailed x -> failure(Failure.Code.STEP_FAILED, x, 0);
            case OciException.TimedOut x -> failure(Failure.Code.TIMED_OUT, x, 0);
        };
    }

    static Failure cancelled(String what) {
        return Failure.newBuilder()
                .setCode(Failure.Code.CANCELLED)
                .setMessage(what + " was given up and undone")
                .build();
    }

    static Failure internal(Throwable e) {
        return failure(Failure.Code.INTERNAL, e, 0);
    }

    private static Failure failure(Failure.Code code, Throwable e, int errno) {
        String message = e.getMessage();
        return Failure.newBuilder()
                .setCode(code)
                .setMessage(message == null ? e.toString() : message)
                .setErrno(errno)
                .build();
    }

    private static Failure.Code code(MonitorException.Code code) {
        return switch (code) {
            case INTERNAL, CONNECTION_LOST -> Failure.Code.INTERNAL;
            case NOT_FOUND -> Failure.Code.NOT_FOUND;
            case ALREADY_EXISTS -> Failure.Code.ALREADY_EXISTS;
            case WRONG_STATE -> Failure.Code.WRONG_STATE;
            case INVALID -> Failure.Code.INVALID;
            case UNSUPPORTED -> Failure.Code.UNSUPPORTED;
            case STEP_FAILED -> Failure.Code.STEP_FAILED;
            case TIMED_OUT -> Failure.Code.TIMED_OUT;
            case CANCELLED -> Failure.Code.CANCELLED;
            case COMMAND_NOT_FOUND -> Failure.Code.COMMAND_NOT_FOUND;
            case COMMAND_NOT_EXECUTABLE -> Failure.Code.COMMAND_NOT_EXECUTABLE;
            case LOG_FAILED -> Failure.Code.LOG_FAILED;
            case OVERFLOWED -> Failure.Code.OVERFLOWED;
        };
    }
}
