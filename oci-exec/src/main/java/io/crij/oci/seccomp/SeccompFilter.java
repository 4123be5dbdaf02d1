package io.crij.oci.seccomp;

import java.util.Optional;

/// A filter, ready for seccomp(2).
///
/// @param program instructions, 8 bytes each, in this machine's byte order (`struct sock_filter`)
/// @param flags for `SECCOMP_SET_MODE_FILTER`, `SECCOMP_FILTER_FLAG_NEW_LISTENER` included when `notifies`
/// @param notifies whether an action is to ask a listener
public record SeccompFilter(
        byte[] program, int flags, boolean notifies, Optional<String> listenerPath, String listenerMetadata) {
    /// Number of instructions, for `struct sock_fprog`.
    public int length() {
        return program.length / 8;
    }
}
