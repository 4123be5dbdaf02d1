package io.crij.server.call;

import io.crij.image.ImageException;
import io.crij.monitor.MonitorException;
import io.crij.sandbox.SandboxException;
import io.crij.server.config.ConfigException;
import io.grpc.Status;

/// The gRPC status of every failure that a call can end with. The only place where failures become codes.
final class Statuses {
    private Statuses() {}

    static Status of(Exception failure) {
        var code = switch (failure) {
            case SandboxException sandbox -> code(sandbox);
            case ImageException image -> code(image);
            case MonitorException monitor -> code(monitor.code());
            case ConfigException _ -> Status.Code.FAILED_PRECONDITION;
            default -> Status.Code.INTERNAL;
        };
        return Status.fromCode(code).withDescription(message(failure)).withCause(failure);
    }

    private static Status.Code code(SandboxException failure) {
        return switch (failure) {
            case SandboxException.NotFound _ -> Status.Code.NOT_FOUND;
            case SandboxException.NameInUse _ -> Status.Code.ALREADY_EXISTS;
            case SandboxException.WrongState _ -> Status.Code.FAILED_PRECONDITION;
            case SandboxException.Invalid _, SandboxException.HandlerUnknown _ -> Status.Code.INVALID_ARGUMENT;
            case SandboxException.Refused _,
                    SandboxException.Unsupported _,
                    SandboxException.ImageVolumeFailed _,
                    SandboxException.RecursiveReadOnlyUnsupported _ -> Status.Code.FAILED_PRECONDITION;
            case SandboxException.CommandNotFound _, SandboxException.CommandNotExecutable _ ->
                Status.Code.FAILED_PRECONDITION;
            case SandboxException.MonitorUnavailable _ -> Status.Code.UNAVAILABLE;
            case SandboxException.TimedOut _ -> Status.Code.DEADLINE_EXCEEDED;
            case SandboxException.Cancelled _ -> Status.Code.CANCELLED;
            case SandboxException.NetworkFailed _, SandboxException.RuntimeFailed _, SandboxException.StorageFailed _ ->
                Status.Code.INTERNAL;
        };
    }

    private static Status.Code code(ImageException failure) {
        return switch (failure) {
            case ImageException.InvalidReference _, ImageException.InvalidCredentials _ -> Status.Code.INVALID_ARGUMENT;
            case ImageException.NotFound _ -> Status.Code.NOT_FOUND;
            // the kubelet looks for the message's prefix, and does so with this code only
            case ImageException.RegistryUnavailable _ -> Status.Code.UNKNOWN;
            case ImageException.Unauthorized _ -> Status.Code.UNAUTHENTICATED;
            case ImageException.Denied _ -> Status.Code.PERMISSION_DENIED;
            case ImageException.RateLimited _, ImageException.NoSpace _ -> Status.Code.RESOURCE_EXHAUSTED;
            case ImageException.Timeout _ -> Status.Code.DEADLINE_EXCEEDED;
            case ImageException.DigestMismatch _, ImageException.CorruptLayer _ -> Status.Code.DATA_LOSS;
            case ImageException.UnsupportedMediaType _,
                    ImageException.InvalidManifest _,
                    ImageException.NoMatchingPlatform _,
                    ImageException.UnsafeLayer _,
                    ImageException.InvalidHostConfig _,
                    ImageException.InvalidArchive _ -> Status.Code.FAILED_PRECONDITION;
            case ImageException.UnexpectedAnswer _ -> Status.Code.UNKNOWN;
            case ImageException.StoreFailed _ -> Status.Code.INTERNAL;
        };
    }

    private static Status.Code code(MonitorException.Code code) {
        return switch (code) {
            case NOT_FOUND -> Status.Code.NOT_FOUND;
            case ALREADY_EXISTS -> Status.Code.ALREADY_EXISTS;
            case WRONG_STATE, UNSUPPORTED, COMMAND_NOT_FOUND, COMMAND_NOT_EXECUTABLE -> Status.Code.FAILED_PRECONDITION;
            case INVALID -> Status.Code.INVALID_ARGUMENT;
            case TIMED_OUT -> Status.Code.DEADLINE_EXCEEDED;
            case CANCELLED -> Status.Code.CANCELLED;
            case OVERFLOWED, CONNECTION_LOST -> Status.Code.UNAVAILABLE;
            case INTERNAL, STEP_FAILED, LOG_FAILED -> Status.Code.INTERNAL;
        };
    }

    /// The kubelet looks for these at the beginning of the message (cri-api/pkg/errors).
    private static String message(Exception failure) {
        var message = failure.getMessage() == null ? failure.toString() : failure.getMessage();
        return switch (failure) {
            case ImageException.RegistryUnavailable _ -> "RegistryUnavailable: " + message;
            case SandboxException.ImageVolumeFailed _ -> "ImageVolumeMountFailed: " + message;
            case SandboxException.RecursiveReadOnlyUnsupported _ -> "RROUnsupported: " + message;
            default -> message;
        };
    }
}
