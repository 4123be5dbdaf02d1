package io.crij.linux;

import io.crij.linux.abi.Syscall;

/// Moves bytes between descriptors inside the kernel. Each call moves what it can, at most `length`, and returns
/// the number of bytes; 0 at the end of the source.
public final class Transfer {
    public static final int SPLICE_MOVE = 1;
    public static final int SPLICE_NONBLOCK = 2;
    public static final int SPLICE_MORE = 4;

    private Transfer() {}

    /// File to file at offsets; shares the blocks where the file system can. `EXDEV` and `EINVAL` mean: copy in
    /// another way.
    public static long copyFileRange(Fd in, long inOffset, Fd out, long outOffset, long length) throws ErrnoException {
        return Kernel.copyFileRange(in, inOffset, out, outOffset, length);
    }

    /// From a file to anything, both at their own offsets.
    public static long sendfile(Fd in, Fd out, long length) throws ErrnoException {
        int from = in.acquire();
        try {
            return Kernel.on(Syscall.SENDFILE, out, out, from, 0, length, 0);
        } finally {
            in.release();
        }
    }

    /// From or to a pipe.
    ///
    /// @param flags `SPLICE_*`
    public static long splice(Fd in, Fd out, long length, int flags) throws ErrnoException {
        return Kernel.splice(in, out, length, flags);
    }

    /// Copies from a pipe to a pipe without taking the bytes from the first.
    ///
    /// @param flags `SPLICE_NONBLOCK` or 0
    public static long tee(Fd in, Fd out, long length, int flags) throws ErrnoException {
        int to = out.acquire();
        try {
            return Kernel.on(Syscall.TEE, in, in, to, length, flags, 0);
        } finally {
            out.release();
        }
    }
}
