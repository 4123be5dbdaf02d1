package io.crij.linux;

import io.crij.linux.abi.Syscall;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Extended attributes (xattr(7)). Of a path: of the last component itself, a symbolic link is not followed. Of a
/// descriptor: also when it is `O_PATH`, even of a symbolic link.
public final class Xattrs {
    private static final int MOST = 64 * 1024;

    private Xattrs() {}

    /// Empty when there is no such attribute, or the file system has none at all.
    public static Optional<byte[]> read(Fd fd, String name) throws ErrnoException {
        return read(fd.procPath(), fd, Syscall.GETXATTR, name);
    }

    public static Optional<byte[]> read(String path, String name) throws ErrnoException {
        return read(path, path, Syscall.LGETXATTR, name);
    }

    public static void set(Fd fd, String name, byte[] value) throws ErrnoException {
        set(fd.procPath(), fd, Syscall.SETXATTR, name, value);
    }

    public static void set(String path, String name, byte[] value) throws ErrnoException {
        set(path, path, Syscall.LSETXATTR, name, value);
    }

    public static List<String> list(Fd fd) throws ErrnoException {
        return list(fd.procPath(), fd, Syscall.LISTXATTR);
    }

    public static List<String> list(String path) throws ErrnoException {
        return list(path, path, Syscall.LLISTXATTR);
    }

    /// Fails with `ENODATA` when there is none of that name.
    public static void remove(Fd fd, String name) throws ErrnoException {
        remove(fd.procPath(), fd, Syscall.REMOVEXATTR, name);
    }

    public static void remove(String path, String name) throws ErrnoException {
        remove(path, path, Syscall.LREMOVEXATTR, name);
    }

    private static Optional<byte[]> read(String path, Object about, Syscall call, String name) throws ErrnoException {
        try (var held = Held.of(about);
                Scratch memory = Scratch.take(MOST + 8192)) {
            long value = memory.reserve(MOST);
            long size = Kernel.attempt(call, memory.string(path), memory.string(name), value, MOST, 0);
            if (size == -Errno.ENODATA || size == -Errno.EOPNOTSUPP) {
                return Optional.empty();
            }
            Kernel.check(size, call, held.describe(name));
            return Optional.of(memory.copyOut(value, (int) size));
        }
    }

    private static void set(String path, Object about, Syscall call, String name, byte[] value) throws ErrnoException {
        try (var held = Held.of(about);
                Scratch memory = Scratch.take(value.length + 8192)) {
            long at = memory.bytes(value, 0, value.length);
            long result = Kernel.attempt(call, memory.string(path), memory.string(name), at, value.length, 0);
            Kernel.check(result, call, held.describe(name));
        }
    }

    private static List<String> list(String path, Object about, Syscall call) throws ErrnoException {
        byte[] names;
        try (var held = Held.of(about);
                Scratch memory = Scratch.take(MOST + 8192)) {
            long at = memory.reserve(MOST);
            long size = Kernel.attempt(call, memory.string(path), at, MOST, 0, 0);
            if (size == -Errno.EOPNOTSUPP) {
                return List.of();
            }
            Kernel.check(size, call, held.describe(""));
            names = memory.copyOut(at, (int) size);
        }
        List<String> list = new ArrayList<>();
        for (int from = 0, i = 0; i < names.length; i++) {
            if (names[i] == 0) {
                list.add(KernelString.decode(java.util.Arrays.copyOfRange(names, from, i)));
                from = i + 1;
            }
        }
        return list;
    }

    private static void remove(String path, Object about, Syscall call, String name) throws ErrnoException {
        try (var held = Held.of(about);
                Scratch memory = Scratch.take()) {
            long result = Kernel.attempt(call, memory.string(path), memory.string(name), 0, 0, 0);
            Kernel.check(result, call, held.describe(name));
        }
    }

    /// Keeps a descriptor's number its own while it is used inside a path.
    private record Held(Object about) implements AutoCloseable {
        static Held of(Object about) throws ErrnoException {
            if (about instanceof Fd fd) {
                fd.acquire();
            }
            return new Held(about);
        }

        String describe(String name) {
            return name.isEmpty() ? about.toString() : name + " of " + about;
        }

        @Override
        public void close() {
            if (about instanceof Fd fd) {
                fd.release();
            }
        }
    }
}
