package io.crij.server.streaming;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;

/// How a command ended, for the error stream: a `metav1.Status` from protocol v4 on, plain words before.
sealed interface Outcome {
    JsonMapper JSON = new JsonMapper();

    /// The process has ended.
    record Exited(int code) implements Outcome {}

    /// It did not run, or not to its end.
    record Failed(String message) implements Outcome {}

    /// The status as JSON.
    default String status() {
        var status = JSON.createObjectNode();
        status.putObject("metadata");
        switch (this) {
            case Exited(int code) when code == 0 -> status.put("status", "Success");
            case Exited(int code) -> {
                cause(failure(status, words(), "NonZeroExitCode"), "ExitCode", Integer.toString(code));
            }
            case Failed(String message) -> {
                cause(failure(status, words(), "InternalError"), "", message);
                status.put("code", 500);
            }
        }
        return status.toString();
    }

    /// What to say to clients that know no status; empty after success.
    default Optional<String> plain() {
        return this instanceof Exited(int code) && code == 0 ? Optional.empty() : Optional.of(words());
    }

    private String words() {
        return switch (this) {
            case Exited(int code) -> "command terminated with non-zero exit code: exit code " + code;
            case Failed(String message) -> message;
        };
    }

    private static ObjectNode failure(ObjectNode status, String message, String reason) {
        status.put("status", "Failure");
        status.put("message", message);
        status.put("reason", reason);
        return status.putObject("details");
    }

    private static void cause(ObjectNode details, String reason, String message) {
        var cause = details.putArray("causes").addObject();
        if (!reason.isEmpty()) {
            cause.put("reason", reason);
        }
        cause.put("message", message);
    }
}
