package io.crij.linux;

import io.crij.linux.abi.Syscall;

/// Anonymous files in memory (memfd_create(2)), close-on-exec.
public final class Memfd {
    public static final int SEAL_SEAL = 1;
    public static final int SEAL_SHRINK = 2;
    public static final int SEAL_GROW = 4;
    public static final int SEAL_WRITE = 8;

    private static final int CLOEXEC = 1;
    private static final int ALLOW_SEALING = 2;
    private static final int NOEXEC_SEAL = 8;
    private static final int EXEC = 16;

    private Memfd() {}

    /// A file for data, which cannot be executed where the kernel (6.3) can forbid that.
    ///
    /// @param name for `/proc/<pid>/fd`, up to 249 bytes
    public static Fd create(String name) throws ErrnoException {
        return create(name, NOEXEC_SEAL);
    }

    /// A file that may be executed. With `vm.memfd_noexec` = 2 this fails with `EACCES`.
    public static Fd createExecutable(String name) throws ErrnoException {
        return create(name, EXEC);
    }

    /// A data file with this content, then sealed: it can never change again.
    public static Fd sealed(String name, byte[] content) throws ErrnoException {
        Fd fd = create(name);
        try {
            fd.write(content);
            seal(fd);
            return fd;
        } catch (ErrnoException e) {
            fd.close();
            throw e;
        }
    }

    /// Forbids every later change of content, size and seals. Fails with `EBUSY` while a writable mapping exists.
    public static void seal(Fd memfd) throws ErrnoException {
        memfd.addSeals(SEAL_SEAL | SEAL_SHRINK | SEAL_GROW | SEAL_WRITE);
    }

    /// The `SEAL_*` of a file made here.
    public static int seals(Fd memfd) throws ErrnoException {
        return memfd.seals();
    }

    private static Fd create(String name, int executable) throws ErrnoException {
        try (Scratch memory = Scratch.take()) {
            long text = memory.string(name);
            int flags = CLOEXEC | ALLOW_SEALING;
            long fd = Kernel.attempt(Syscall.MEMFD_CREATE, text, flags | executable, 0, 0, 0);
            if (fd == -Errno.EINVAL) {
                // before kernel 6.3 there is neither flag, and every memfd may be executed
                fd = Kernel.attempt(Syscall.MEMFD_CREATE, text, flags, 0, 0, 0);
            }
            return new Fd(Kernel.check(fd, Syscall.MEMFD_CREATE, name));
        }
    }
}
