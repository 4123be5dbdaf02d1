package io.crij.monitor;

/// What [MonitorClient#execSync] brought.
///
/// @param stdout what was written, at most the limit asked for
/// @param exitCode the exit code, or 128 + signal; meaningless when timed out
/// @param timedOut the time was over and every process of the exec was killed
public record ExecOutcome(byte[] stdout, byte[] stderr, int exitCode, boolean timedOut) {}
