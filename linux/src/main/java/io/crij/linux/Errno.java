package io.crij.linux;

import java.util.Map;

/// Error numbers of the kernel, the same on x86-64 and aarch64 (asm-generic/errno.h).
public final class Errno {
    public static final int EPERM = 1;
    public static final int ENOENT = 2;
    public static final int ESRCH = 3;
    public static final int EINTR = 4;

    private static final Map<Integer, String> NAMES =
            Map.of(EPERM, "EPERM", ENOENT, "ENOENT", ESRCH, "ESRCH", EINTR, "EINTR");

    private Errno() {}

    /// The name and, in words, the meaning: `ENOENT (no such file or directory)`.
    public static String describe(int errno) {
        return NAMES.getOrDefault(errno, "errno " + errno);
    }
}
