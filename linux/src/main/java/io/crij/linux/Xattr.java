package io.crij.linux;

import io.crij.linux.abi.Syscall;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// Extended attributes of files (xattr(7)). Values are bytes: `security.capability` is no text.
public final class Xattr {
    /// The kernel's limit for a value, and for a list of names.
    public static final int LARGEST = 64 * 1024;

    private Xattr() {}

    /// @param file not `O_PATH`
    public static void set(Fd file, String name, byte[] value) throws ErrnoException {
        try (Scratch memory = Scratch.take(value.length + 1024)) {
            long key = memory.string(name);
            long bytes = memory.bytes(value, 0, value.length);
            Kernel.on(Syscall.FSETXATTR, file, name, key, bytes, value.length, 0);
        }
    }

    /// Sets an attribute of an entry of a folder, not following a symbolic link: for what cannot be opened, such as
    /// links and devices.
    ///
    /// @param entry a single name
    public static void set(Fd dir, String entry, String name, byte[] value) throws ErrnoException {
        String path = dir.procPath() + "/" + entry;
        try (Scratch memory = Scratch.take(value.length + 8 * 1024)) {
            long key = memory.string(name);
            long bytes = memory.bytes(value, 0, value.length);
            Kernel.call(Syscall.LSETXATTR, name + " of " + entry, memory.string(path), key, bytes, value.length, 0);
        }
    }

    /// The value; empty when the file has no such attribute or its file system has none at all.
    ///
    /// @param file not `O_PATH`
    public static Optional<byte[]> get(Fd file, String name) throws ErrnoException {
        try (Scratch memory = Scratch.take(LARGEST + 1024)) {
            long key = memory.string(name);
            long buffer = memory.reserve(LARGEST);
            long length = Kernel.attemptOn(Syscall.FGETXATTR, file, key, buffer, LARGEST, 0);
            if (length == -Errno.ENODATA || length == -Errno.EOPNOTSUPP) {
                return Optional.empty();
            }
            return Optional.of(memory.copyOut(buffer, (int) Kernel.check(length, Syscall.FGETXATTR, name)));
        }
    }

    /// The names of all attributes that the caller may see.
    ///
    /// @param file not `O_PATH`
    public static List<String> names(Fd file) throws ErrnoException {
        try (Scratch memory = Scratch.take(LARGEST + 1024)) {
            long buffer = memory.reserve(LARGEST);
            long length = Kernel.attemptOn(Syscall.FLISTXATTR, file, buffer, LARGEST, 0, 0);
            if (length == -Errno.EOPNOTSUPP) {
                return List.of();
            }
            byte[] all = memory.copyOut(buffer, (int) Kernel.check(length, Syscall.FLISTXATTR, file));
            return split(all);
        }
    }

    private static List<String> split(byte[] all) {
        List<String> names = new ArrayList<>();
        for (int from = 0, at = 0; at < all.length; at++) {
            if (all[at] == 0) {
                names.add(KernelString.decode(Arrays.copyOfRange(all, from, at)));
                from = at + 1;
            }
        }
        return names;
    }
}
