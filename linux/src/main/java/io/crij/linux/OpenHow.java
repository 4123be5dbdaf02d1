package io.crij.linux;

import io.crij.linux.abi.FileFlags;

/// How openat2(2) opens a path (kernel 5.6).
///
/// @param flags `O_*` of [FileFlags]; `O_CLOEXEC` is added
/// @param mode permission bits of a file that is made, else 0
/// @param resolve `RESOLVE_*` of [FileFlags]
public record OpenHow(int flags, int mode, long resolve) {
    /// What a path below a hostile folder is resolved with: symbolic links, absolute ones too, stay below the
    /// folder, and links of `/proc` are refused.
    public static final long HOSTILE = FileFlags.RESOLVE_IN_ROOT | FileFlags.RESOLVE_NO_MAGICLINKS;

    public OpenHow(int flags, long resolve) {
        this(flags, 0, resolve);
    }
}
