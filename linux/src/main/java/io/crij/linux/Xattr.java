package io.crij.linux;

import io.crij.linux.abi.Syscall;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// Extended attributes of files (xattr(7)). Values are bytes: `security.capability` is no text. A descriptor may
/// be `O_PATH`, even of a symbolic link; of a path the last component itself is meant, a symbolic link there is
/// not followed.
public final class Xattr {
    /// The kernel's limit for a value, and for a list of names.
    public static final int LARGEST = 64 * 1024;

    private Xattr() {}

    public static void set(Fd file, String name, byte[] value) throws ErrnoException {
        try (Scratch memory = Scratch.take(value.length + 8 * 1024)) {
            long key = memory.string(name);
            long bytes = memory.bytes(value, 0, value.length);
            long result = Kernel.attemptOn(Syscall.FSETXATTR, file, key, bytes, value.length, 0);
            if (result == -Errno.EBADF && !file.isClosed()) {
                long path = memory.string(file.procPath());
                result = Kernel.attempt(Syscall.SETXATTR, path, key, bytes, value.length, 0);
            }
            Kernel.check(result, Syscall.FSETXATTR, name + " of " + file);
        }
    }

    /// Sets an attribute of an entry of a folder, not following a symbolic link: for what cannot be opened, such
    /// as links and devices.
    ///
    /// @param entry a single name
    public static void set(Fd dir, String entry, String name, byte[] value) throws ErrnoException {
        set(dir.procPath() + "/" + entry, name, value);
    }

    public static void set(String path, String name, byte[] value) throws ErrnoException {
        try (Scratch memory = Scratch.take(value.length + 8 * 1024)) {
            long key = memory.string(name);
            long bytes = memory.bytes(value, 0, value.length);
            Kernel.call(Syscall.LSETXATTR, name + " of " + path, memory.string(path), key, bytes, value.length, 0);
        }
    }

    /// The value; empty when the file has no such attribute or its file system has none at all.
    public static Optional<byte[]> get(Fd file, String name) throws ErrnoException {
        return readGrowing(name + " of " + file, (memory, buffer, size) -> {
            long key = memory.string(name);
            long result = Kernel.attemptOn(Syscall.FGETXATTR, file, key, buffer, size, 0);
            return result == -Errno.EBADF && !file.isClosed()
                    ? Kernel.attempt(Syscall.GETXATTR, memory.string(file.procPath()), key, buffer, size, 0)
                    : result;
        });
    }

    public static Optional<byte[]> get(String path, String name) throws ErrnoException {
        return readGrowing(
                name + " of " + path,
                (memory, buffer, size) ->
                        Kernel.attempt(Syscall.LGETXATTR, memory.string(path), memory.string(name), buffer, size, 0));
    }

    /// The names of all attributes that the caller may see.
    public static List<String> names(Fd file) throws ErrnoException {
        return split(readGrowing(file.toString(), (memory, buffer, size) -> {
            long result = Kernel.attemptOn(Syscall.FLISTXATTR, file, buffer, size, 0, 0);
            return result == -Errno.EBADF && !file.isClosed()
                    ? Kernel.attempt(Syscall.LISTXATTR, memory.string(file.procPath()), buffer, size, 0, 0)
                    : result;
        }));
    }

    public static List<String> names(String path) throws ErrnoException {
        return split(readGrowing(
                path,
                (memory, buffer, size) -> Kernel.attempt(Syscall.LLISTXATTR, memory.string(path), buffer, size, 0, 0)));
    }

    /// Fails with `ENODATA` when there is none of that name.
    public static void remove(Fd file, String name) throws ErrnoException {
        try (Scratch memory = Scratch.take()) {
            long key = memory.string(name);
            long result = Kernel.attemptOn(Syscall.FREMOVEXATTR, file, key, 0, 0, 0);
            if (result == -Errno.EBADF && !file.isClosed()) {
                result = Kernel.attempt(Syscall.REMOVEXATTR, memory.string(file.procPath()), key, 0, 0, 0);
            }
            Kernel.check(result, Syscall.FREMOVEXATTR, name + " of " + file);
        }
    }

    public static void remove(String path, String name) throws ErrnoException {
        try (Scratch memory = Scratch.take()) {
            Kernel.call(Syscall.LREMOVEXATTR, name + " of " + path, memory.string(path), memory.string(name), 0);
        }
    }

    private interface Read {
        long into(Scratch memory, long buffer, int size) throws ErrnoException;
    }

    /// Nearly all values are short: tries with the pooled memory, then once more with all that the kernel can
    /// give.
    private static Optional<byte[]> readGrowing(String about, Read read) throws ErrnoException {
        for (int size = 4096; ; size = LARGEST) {
            try (Scratch memory = Scratch.take(size + 8 * 1024)) {
                long buffer = memory.reserve(size);
                long length = read.into(memory, buffer, size);
                if (length == -Errno.ENODATA || length == -Errno.EOPNOTSUPP) {
                    return Optional.empty();
                }
                if (length == -Errno.ERANGE && size < LARGEST) {
                    continue;
                }
                return Optional.of(memory.copyOut(buffer, (int) Kernel.check(length, Syscall.FGETXATTR, about)));
            }
        }
    }

    private static List<String> split(Optional<byte[]> list) {
        List<String> names = new ArrayList<>();
        byte[] all = list.orElse(new byte[0]);
        for (int from = 0, at = 0; at < all.length; at++) {
            if (all[at] == 0) {
                names.add(KernelString.decode(Arrays.copyOfRange(all, from, at)));
                from = at + 1;
            }
        }
        return names;
    }
}
