package io.crij.monitor;

/// Who answers at the other end.
///
/// @param protocol number of the protocol's form; only ever raised together with additions
public record MonitorInfo(String version, int protocol, int pid) {}
