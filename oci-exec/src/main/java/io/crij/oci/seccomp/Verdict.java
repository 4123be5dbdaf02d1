package io.crij.oci.seccomp;

import io.crij.oci.runtime.OciException.InvalidSpec;
import io.crij.oci.spec.Seccomp.Action;
import org.jspecify.annotations.Nullable;

/// `SECCOMP_RET_*` values of linux/seccomp.h, with their data.
final class Verdict {
    static final int KILL_PROCESS = 0x80000000;
    static final int ENOSYS = 0x00050000 | 38;

    private static final int KILL_THREAD = 0;
    private static final int TRAP = 0x00030000;
    private static final int ERRNO = 0x00050000;
    private static final int USER_NOTIF = 0x7fc00000;
    private static final int TRACE = 0x7ff00000;
    private static final int LOG = 0x7ffc0000;
    private static final int ALLOW = 0x7fff0000;

    private static final int EPERM = 1;
    private static final int MAX_ERRNO = 4095;
    private static final int MAX_DATA = 0xffff;

    private Verdict() {}

    /// @param path JSON path of the errno, for messages
    static int of(Action action, @Nullable Integer errno, String path) throws InvalidSpec {
        return switch (action) {
            case SCMP_ACT_KILL, SCMP_ACT_KILL_THREAD -> KILL_THREAD;
            case SCMP_ACT_KILL_PROCESS -> KILL_PROCESS;
            case SCMP_ACT_TRAP -> TRAP;
            case SCMP_ACT_ERRNO -> ERRNO | data(errno, MAX_ERRNO, path);
            case SCMP_ACT_TRACE -> TRACE | data(errno, MAX_DATA, path);
            case SCMP_ACT_NOTIFY -> USER_NOTIF;
            case SCMP_ACT_LOG -> LOG;
            case SCMP_ACT_ALLOW -> ALLOW;
        };
    }

    static boolean isErrno(int verdict) {
        return (verdict & 0xffff0000) == ERRNO;
    }

    private static int data(@Nullable Integer errno, int most, String path) throws InvalidSpec {
        int data = errno == null ? EPERM : errno;
        if (data < 0 || data > most) {
            throw new InvalidSpec(path, Integer.toString(data), "must be 0 to " + most);
        }
        return data;
    }
}
