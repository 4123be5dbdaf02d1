package io.crij.linux;

import java.io.IOException;

/// A system call that failed. Thrown by the binding in the same statement that made the call.
public final class ErrnoException extends IOException {
    private final String call;
    private final int errno;
    private final String about;

    /// @param call name of the system call, such as `mount`
    /// @param errno the error number, such as 2 for ENOENT
    /// @param about what the call was about: a path, a pid, a device
    public ErrnoException(String call, int errno, String about) {
        super(call + " " + about + ": " + Errno.describe(errno));
        this.call = call;
        this.errno = errno;
        this.about = about;
    }

    public String call() {
        return call;
    }

    public int errno() {
        return errno;
    }

    public String about() {
        return about;
    }
}
