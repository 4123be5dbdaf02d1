package io.crij.sandbox;

/// A line of a uid or gid map (user_namespaces(7)); all three are unsigned 32 bit.
public record IdMapping(long hostId, long containerId, long length) {}
