package io.crij.sandbox;

import io.crij.monitor.MonitorException;
import java.time.Duration;

/// The monitor's failures in this module's words.
final class MonitorFailures {
    private MonitorFailures() {}

    /// @param tried such as `start container 4f…`
    static SandboxException translate(String tried, MonitorException e) {
        String message = "tried to " + tried + " but " + e.getMessage();
        return switch (e.code()) {
            case NOT_FOUND, WRONG_STATE -> new SandboxException.WrongState(message);
            case INVALID -> new SandboxException.Invalid("spec", "", message);
            case UNSUPPORTED -> new SandboxException.Unsupported(message);
            case TIMED_OUT -> new SandboxException.TimedOut(message, Duration.ZERO);
            case CANCELLED -> new SandboxException.Cancelled(message);
            case COMMAND_NOT_FOUND -> new SandboxException.CommandNotFound(message);
            case COMMAND_NOT_EXECUTABLE -> new SandboxException.CommandNotExecutable(message);
            case CONNECTION_LOST, OVERFLOWED -> new SandboxException.MonitorUnavailable(message, e);
            case INTERNAL, ALREADY_EXISTS, STEP_FAILED, LOG_FAILED ->
                new SandboxException.RuntimeFailed(message, e.errno(), e);
        };
    }
}
