package io.crij.linux;

import static io.crij.linux.abi.FileFlags.O_DIRECTORY;
import static io.crij.linux.abi.FileFlags.O_RDONLY;

import io.crij.linux.abi.Syscall;
import java.util.ArrayList;
import java.util.List;

/// The entries of a folder, read by descriptor (getdents64(2)).
public final class Directory {
    private Directory() {}

    /// @param type `S_IF*` of [io.crij.linux.abi.FileFlags], 0 when the file system does not say
    public record Entry(String name, long inode, int type) {}

    /// All entries but `.` and `..`, in the file system's order. `dir` is open for reading (not `O_PATH`) and its
    /// offset is moved to the end.
    public static List<Entry> list(Fd dir) throws ErrnoException {
        List<Entry> entries = new ArrayList<>();
        while (next(dir, entries)) {
            // goes on until the end
        }
        return entries;
    }

    /// The entries of a folder of the host.
    public static List<Entry> list(String path) throws ErrnoException {
        try (Fd dir = Fd.open(path, O_RDONLY | O_DIRECTORY)) {
            return list(dir);
        }
    }

    /// Removes an entry of `parent` with everything below it; what is not there is fine. Follows no link and does
    /// not leave the file system (`EXDEV`): something may still be mounted there. Neither deep trees nor large
    /// folders cost memory or descriptors beyond a fixed number.
    public static void deleteTree(Fd parent, String name) throws ErrnoException {
        TreeDeletion.delete(parent, name);
    }

    /// As [#deleteTree(Fd, String)], of an absolute path of the host.
    public static void deleteTree(String path) throws ErrnoException {
        if (path.isEmpty() || path.endsWith("/")) {
            throw new ErrnoException("delete", Errno.EINVAL, "'" + path + "' (names no entry of a folder)");
        }
        // the way there may cross mounts, what is deleted must not
        try (Fd parent = Fd.open(parentOf(path), O_RDONLY | O_DIRECTORY)) {
            TreeDeletion.delete(parent, path.substring(path.lastIndexOf('/') + 1));
        } catch (ErrnoException e) {
            if (e.errno() != Errno.ENOENT) {
                throw e;
            }
        }
    }

    private static String parentOf(String path) {
        int slash = path.lastIndexOf('/');
        return slash <= 0 ? "/" : path.substring(0, slash);
    }

    /// Adds the next entries, some hundred at most. False at the end.
    static boolean next(Fd dir, List<Entry> entries) throws ErrnoException {
        try (Scratch memory = Scratch.take()) {
            long buffer = memory.reserve(Scratch.MOST);
            int size = (int) Kernel.on(Syscall.GETDENTS64, dir, buffer, Scratch.MOST);
            for (long at = buffer; at < buffer + size; ) {
                int length = Short.toUnsignedInt(memory.shortAt(at + 16));
                String name = memory.stringAt(at + 19, length - 19);
                if (!name.equals(".") && !name.equals("..")) {
                    entries.add(new Entry(name, memory.longAt(at), (memory.byteAt(at + 18) & 0xF) << 12));
                }
                at += length;
            }
            return size > 0;
        }
    }
}
