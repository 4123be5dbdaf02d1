package io.crij.ttrpc;

/// Codes of google.rpc.Status; the ordinal is the number.
public enum StatusCode {
    OK,
    CANCELLED,
    UNKNOWN,
    INVALID_ARGUMENT,
    DEADLINE_EXCEEDED,
    NOT_FOUND,
    ALREADY_EXISTS,
    PERMISSION_DENIED,
    RESOURCE_EXHAUSTED,
    FAILED_PRECONDITION,
    ABORTED,
    OUT_OF_RANGE,
    UNIMPLEMENTED,
    INTERNAL,
    UNAVAILABLE,
    DATA_LOSS,
    UNAUTHENTICATED;

    public int number() {
        return ordinal();
    }

    /// A number that is none of these is [#UNKNOWN].
    static StatusCode of(int number) {
        return number >= 0 && number < values().length ? values()[number] : UNKNOWN;
    }
}
