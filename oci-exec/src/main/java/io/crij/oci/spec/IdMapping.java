package io.crij.oci.spec;

/// A range of user or group ids of a user namespace.
///
/// @param containerID first id inside, unsigned 32 bits like the others
/// @param hostID first id outside
/// @param size how many
public record IdMapping(long containerID, long hostID, long size) {}
