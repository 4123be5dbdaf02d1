package io.crij.oci.runtime;

import java.time.Instant;

/// How a process ended.
///
/// @param code the exit code, or 128 + signal
/// @param known false when nobody saw it end; then `code` is 255
public record ExitStatus(int code, Instant finishedAt, boolean known) {}
