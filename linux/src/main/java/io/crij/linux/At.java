package io.crij.linux;

import static io.crij.linux.abi.FileFlags.AT_EMPTY_PATH;
import static io.crij.linux.abi.FileFlags.AT_REMOVEDIR;
import static io.crij.linux.abi.FileFlags.AT_SYMLINK_NOFOLLOW;
import static io.crij.linux.abi.FileFlags.O_CLOEXEC;

import io.crij.linux.abi.Syscall;

/// System calls on a path relative to a folder's descriptor ([Fd#CWD] for absolute paths). None follows a symbolic
/// link in the last component unless it says so, but all except [#open(Fd, String, OpenHow)] follow links in the
/// components before: below a hostile folder give a single name and a folder opened by [Root].
public final class At {
    private static final int STATX_SIZE = 256;
    private static final int STATX_BASIC_AND_BIRTH_AND_MOUNT = 0xFFF | 0x1000;

    private At() {}

    /// openat(2); follows symbolic links unless `O_NOFOLLOW`. `O_CLOEXEC` is added.
    public static Fd open(Fd dir, String path, int flags, int mode) throws ErrnoException {
        try (Scratch memory = Scratch.take()) {
            return new Fd(Kernel.on(Syscall.OPENAT, dir, path, memory.string(path), flags | O_CLOEXEC, mode, 0));
        }
    }

    /// openat2(2). `EAGAIN`, which the kernel gives when a rename raced with `RESOLVE_IN_ROOT`, is tried again a
    /// bounded number of times.
    public static Fd open(Fd dir, String path, OpenHow how) throws ErrnoException {
        try (Scratch memory = Scratch.take()) {
            long name = memory.string(path);
            long struct = memory.reserve(24);
            memory.putLong(struct, Integer.toUnsignedLong(how.flags() | O_CLOEXEC));
            memory.putLong(struct + 8, how.mode());
            memory.putLong(struct + 16, how.resolve());
            long result = -Errno.EAGAIN;
            for (int i = 0; i < 128 && result == -Errno.EAGAIN; i++) {
                result = Kernel.attemptOn(Syscall.OPENAT2, dir, name, struct, 24, 0);
            }
            return new Fd(Kernel.check(result, Syscall.OPENAT2, path));
        }
    }

    /// statx(2) of a path, or with an empty path of `dir` itself.
    public static Stat stat(Fd dir, String path) throws ErrnoException {
        try (Scratch memory = Scratch.take()) {
            long name = memory.string(path);
            long buffer = memory.zeroed(STATX_SIZE);
            int flags = AT_SYMLINK_NOFOLLOW | (path.isEmpty() ? AT_EMPTY_PATH : 0);
            Object about = path.isEmpty() ? dir : path;
            Kernel.on(Syscall.STATX, dir, about, name, flags, STATX_BASIC_AND_BIRTH_AND_MOUNT, buffer);
            return Stat.read(memory, buffer);
        }
    }

    public static boolean exists(Fd dir, String path) throws ErrnoException {
        try {
            stat(dir, path);
            return true;
        } catch (ErrnoException e) {
            if (e.errno() == Errno.ENOENT || e.errno() == Errno.ENOTDIR) {
                return false;
            }
            throw e;
        }
    }

    /// The target of a symbolic link; with an empty path of the link that `dir` was opened on with `O_PATH |
    /// O_NOFOLLOW`.
    public static String readlink(Fd dir, String path) throws ErrnoException {
        try (Scratch memory = Scratch.take()) {
            long name = memory.string(path);
            long target = memory.reserve(4096);
            long length = Kernel.on(Syscall.READLINKAT, dir, path, name, target, 4096, 0);
            return KernelString.decode(memory.copyOut(target, (int) length));
        }
    }

    public static void symlink(String target, Fd dir, String path) throws ErrnoException {
        int number = dir.acquire();
        try (Scratch memory = Scratch.take()) {
            Kernel.call(Syscall.SYMLINKAT, path, memory.string(target), number, memory.string(path));
        } finally {
            dir.release();
        }
    }

    /// A hard link to a path, or with an empty path to the file that `from` is open on (needs
    /// CAP_DAC_READ_SEARCH).
    public static void link(Fd from, String path, Fd to, String name) throws ErrnoException {
        int source = from.acquire();
        try (Scratch memory = Scratch.take()) {
            int target = to.acquire();
            try {
                int flags = path.isEmpty() ? AT_EMPTY_PATH : 0;
                Kernel.call(Syscall.LINKAT, name, source, memory.string(path), target, memory.string(name), flags);
            } finally {
                to.release();
            }
        } finally {
            from.release();
        }
    }

    /// @param flags `RENAME_*` of [io.crij.linux.abi.FileFlags]
    public static void rename(Fd from, String path, Fd to, String name, int flags) throws ErrnoException {
        int source = from.acquire();
        try (Scratch memory = Scratch.take()) {
            int target = to.acquire();
            try {
                Kernel.call(Syscall.RENAMEAT2, name, source, memory.string(path), target, memory.string(name), flags);
            } finally {
                to.release();
            }
        } finally {
            from.release();
        }
    }

    /// @param mode file type and permission bits (the JVM's umask applies)
    /// @param device [Device#encoded], 0 for what is no device
    public static void mknod(Fd dir, String path, int mode, long device) throws ErrnoException {
        try (Scratch memory = Scratch.take()) {
            Kernel.on(Syscall.MKNODAT, dir, path, memory.string(path), mode, device, 0);
        }
    }

    /// @param mode permission bits (the JVM's umask applies)
    public static void mkdir(Fd dir, String path, int mode) throws ErrnoException {
        try (Scratch memory = Scratch.take()) {
            Kernel.on(Syscall.MKDIRAT, dir, path, memory.string(path), mode, 0, 0);
        }
    }

    /// Removes anything but a folder.
    public static void unlink(Fd dir, String path) throws ErrnoException {
        try (Scratch memory = Scratch.take()) {
            Kernel.on(Syscall.UNLINKAT, dir, path, memory.string(path), 0, 0, 0);
        }
    }

    /// Removes an empty folder.
    public static void rmdir(Fd dir, String path) throws ErrnoException {
        try (Scratch memory = Scratch.take()) {
            Kernel.on(Syscall.UNLINKAT, dir, path, memory.string(path), AT_REMOVEDIR, 0, 0);
        }
    }

    /// Sets the owner of a path, or with an empty path of `dir` itself; -1 leaves an id as it is.
    public static void chown(Fd dir, String path, int uid, int gid) throws ErrnoException {
        int number = dir.acquire();
        try (Scratch memory = Scratch.take()) {
            int flags = AT_SYMLINK_NOFOLLOW | (path.isEmpty() ? AT_EMPTY_PATH : 0);
            Object about = path.isEmpty() ? dir : path;
            Kernel.call(Syscall.FCHOWNAT, about, number, memory.string(path), uid, gid, flags);
        } finally {
            dir.release();
        }
    }

    /// Sets permission bits. Follows a symbolic link in the last component (the kernel before 6.6 knows no other
    /// way): below a hostile folder open the file and use [Fd#chmod].
    public static void chmod(Fd dir, String path, int mode) throws ErrnoException {
        try (Scratch memory = Scratch.take()) {
            Kernel.on(Syscall.FCHMODAT, dir, path, memory.string(path), mode, 0, 0);
        }
    }

    /// Sets access and modification time to the same moment; with an empty path of `dir` itself, which may be
    /// `O_PATH`.
    ///
    /// @param nanos 0 to 999,999,999
    public static void setTimes(Fd dir, String path, long seconds, int nanos) throws ErrnoException {
        try (Scratch memory = Scratch.take()) {
            long name = memory.string(path);
            long times = memory.reserve(32);
            for (long at = times; at < times + 32; at += 16) {
                memory.putLong(at, seconds);
                memory.putLong(at + 8, nanos);
            }
            int flags = AT_SYMLINK_NOFOLLOW | (path.isEmpty() ? AT_EMPTY_PATH : 0);
            Kernel.on(Syscall.UTIMENSAT, dir, path.isEmpty() ? dir : path, name, times, flags, 0);
        }
    }
}
