package io.crij.server.call;

import io.crij.server.config.ConfigException;
import io.grpc.Status;

/// The gRPC status of every failure that a call can end with. The only place where failures become codes.
final class Statuses {
    private Statuses() {}

    static Status of(Exception failure) {
        var code = switch (failure) {
            case RequestException request -> code(request);
            case ConfigException _ -> Status.Code.FAILED_PRECONDITION;
            default -> Status.Code.INTERNAL;
        };
        return Status.fromCode(code).withDescription(message(failure)).withCause(failure);
    }

    private static Status.Code code(RequestException failure) {
        return switch (failure) {
            case RequestException.Invalid _ -> Status.Code.INVALID_ARGUMENT;
            case RequestException.Unsupported _ -> Status.Code.FAILED_PRECONDITION;
            case RequestException.RecursiveReadOnly _ -> Status.Code.FAILED_PRECONDITION;
            case RequestException.ImageVolume _ -> Status.Code.FAILED_PRECONDITION;
            case RequestException.NotFound _ -> Status.Code.NOT_FOUND;
            case RequestException.WrongState _ -> Status.Code.FAILED_PRECONDITION;
        };
    }

    private static String message(Exception failure) {
        return failure.getMessage() == null ? failure.toString() : failure.getMessage();
    }
}
