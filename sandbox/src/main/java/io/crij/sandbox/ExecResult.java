package io.crij.sandbox;

/// What a command in a container did.
///
/// @param timedOut it was killed at the end of its time; `exitCode` says nothing then
public record ExecResult(byte[] stdout, byte[] stderr, int exitCode, boolean timedOut) {}
