package io.crij.oci.seccomp;

import java.util.Optional;

/// A filter, ready for seccomp(2).
///
/// @param program instructions, 8 bytes each, in this machine's byte order (`struct sock_filter`)
/// @param flags for `SECCOMP_SET_MODE_FILTER`
public record SeccompFilter(byte[] program, int flags, Optional<String> listenerPath, String listenerMetadata) {
    static final int NEW_LISTENER = 8;

    /// Whether an action asks a listener.
    public boolean notifies() {
        return notifies(flags);
    }

    /// @param flags of a filter; negative: there is none
    public static boolean notifies(int flags) {
        return flags >= 0 && (flags & NEW_LISTENER) != 0;
    }

    /// Number of instructions, for `struct sock_fprog`.
    public int length() {
        return program.length / 8;
    }
}
