package io.crij.linux;

import com.kenai.jffi.LastError;
import com.kenai.jffi.MemoryIO;
import io.crij.linux.abi.Syscall;
import java.nio.ByteBuffer;

/// System calls. jffi keeps the error number of a call in a variable of the operating system's thread, and a
/// virtual thread changes that thread whenever it parks: so it is read in the statement after the call, with
/// nothing that could park between, and only here.
final class Kernel {
    private static final LastError ERRNO = LastError.getInstance();
    private static final MemoryIO MEMORY = MemoryIO.getInstance();

    private Kernel() {}

    /// Makes the call and returns its result, or `-errno`.
    static long attempt(Syscall call, long a, long b, long c, long d, long e) {
        long result = LibC.syscall(call.number(), a, b, c, d, e);
        return result == -1 ? -ERRNO.get() : result;
    }

    private static long attemptSix(Syscall call, long a, long b, long c, long d, long e, long f) {
        long result = LibC.syscall(call.number(), a, b, c, d, e, f);
        return result == -1 ? -ERRNO.get() : result;
    }

    /// @param about what the call is about; its `toString` is asked for only when the call fails
    static long call(Syscall call, Object about, long a, long b, long c, long d, long e) throws ErrnoException {
        return check(attempt(call, a, b, c, d, e), call, about);
    }

    static long call(Syscall call, Object about, long a, long b, long c) throws ErrnoException {
        return check(attempt(call, a, b, c, 0, 0), call, about);
    }

    /// As [#call], with the descriptor as first argument, held open meanwhile.
    static long on(Syscall call, Fd fd, Object about, long b, long c, long d, long e) throws ErrnoException {
        return check(attemptOn(call, fd, b, c, d, e), call, about);
    }

    static long on(Syscall call, Fd fd, long b, long c) throws ErrnoException {
        return check(attemptOn(call, fd, b, c, 0, 0), call, fd);
    }

    static long attemptOn(Syscall call, Fd fd, long b, long c, long d, long e) throws ErrnoException {
        int number = fd.acquire();
        try {
            return attempt(call, number, b, c, d, e);
        } finally {
            fd.release();
        }
    }

    /// As [#on], again and again while a signal interrupts it.
    static long retryOn(Syscall call, Fd fd, long b, long c, long d, long e) throws ErrnoException {
        while (true) {
            long result = attemptOn(call, fd, b, c, d, e);
            if (result != -Errno.EINTR) {
                return check(result, call, fd);
            }
        }
    }

    static long splice(Fd in, Fd out, long length, int flags) throws ErrnoException {
        return check(attemptSplice(in, out, length, flags), Syscall.SPLICE, out);
    }

    static long attemptSplice(Fd in, Fd out, long length, int flags) throws ErrnoException {
        int from = in.acquire();
        try {
            int to = out.acquire();
            try {
                return attemptSix(Syscall.SPLICE, from, 0, to, 0, length, flags);
            } finally {
                out.release();
            }
        } finally {
            in.release();
        }
    }

    static long copyFileRange(Fd in, long inOffset, Fd out, long outOffset, long length) throws ErrnoException {
        int from = in.acquire();
        try (Scratch memory = Scratch.take()) {
            int to = out.acquire();
            try {
                long offsets = memory.reserve(16);
                memory.putLong(offsets, inOffset);
                memory.putLong(offsets + 8, outOffset);
                long result = attemptSix(Syscall.COPY_FILE_RANGE, from, offsets, to, offsets + 8, length, 0);
                return check(result, Syscall.COPY_FILE_RANGE, out);
            } finally {
                out.release();
            }
        } finally {
            in.release();
        }
    }

    static long check(long result, Syscall call, Object about) throws ErrnoException {
        if (result < 0 && result > -4096) {
            throw new ErrnoException(call.title(), (int) -result, about.toString());
        }
        return result;
    }

    /// Address of the byte at a direct buffer's position.
    static long address(ByteBuffer direct) {
        return MEMORY.getDirectBufferAddress(direct) + direct.position();
    }
}
