package io.crij.sandbox;

/// Whether pods can get a network (the NetworkReady condition of Status).
///
/// @param reason one CamelCase word, empty when ready
/// @param message for people, empty when ready
public record NetworkCondition(boolean ready, String reason, String message) {}
