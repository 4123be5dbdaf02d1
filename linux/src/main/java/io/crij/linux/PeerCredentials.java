package io.crij.linux;

/// Who is at the other end of a unix socket, as of the moment it connected.
///
/// @param pid 0 when it is in a pid namespace we cannot see
public record PeerCredentials(int pid, int uid, int gid) {}
