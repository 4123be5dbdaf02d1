package io.crij.linux;

import static io.crij.linux.abi.FileFlags.AT_EMPTY_PATH;
import static io.crij.linux.abi.FileFlags.AT_RECURSIVE;
import static io.crij.linux.abi.FileFlags.AT_SYMLINK_NOFOLLOW;
import static io.crij.linux.abi.MountFlags.MOVE_MOUNT_F_EMPTY_PATH;
import static io.crij.linux.abi.MountFlags.MOVE_MOUNT_T_EMPTY_PATH;
import static io.crij.linux.abi.MountFlags.OPEN_TREE_CLOEXEC;
import static io.crij.linux.abi.MountFlags.OPEN_TREE_CLONE;

import io.crij.linux.abi.Syscall;

/// Mounts in the mount namespace of this process. Flags are those of [io.crij.linux.abi.MountFlags].
public final class Mounts {
    private static final int ATTRIBUTES_SIZE = 32;

    private Mounts() {}

    /// mount(2).
    ///
    /// @param source device, folder or, where neither is meant, any word
    /// @param type of file system; empty for bind, move and changes of propagation
    /// @param flags `MS_*`
    /// @param data options of the file system, separated by commas
    public static void mount(String source, String target, String type, long flags, String data) throws ErrnoException {
        try (Scratch memory = Scratch.take(data.length() * 3 + 16 * 1024)) {
            Kernel.call(
                    Syscall.MOUNT,
                    type.isEmpty() ? target : type + " at " + target,
                    memory.string(source),
                    memory.string(target),
                    type.isEmpty() ? 0 : memory.string(type),
                    flags,
                    data.isEmpty() ? 0 : memory.string(data));
        }
    }

    /// Makes a file or folder appear at another path too.
    ///
    /// @param flags `MS_REC` or 0; others need a second call with `MS_REMOUNT`, or [#setAttributes]
    public static void bind(String source, String target, long flags) throws ErrnoException {
        mount(source, target, "", flags | io.crij.linux.abi.MountFlags.MS_BIND, "");
    }

    /// umount2(2).
    ///
    /// @param flags `MNT_DETACH`, `UMOUNT_NOFOLLOW` …
    public static void unmount(String target, int flags) throws ErrnoException {
        try (Scratch memory = Scratch.take()) {
            Kernel.call(Syscall.UMOUNT2, target, memory.string(target), flags, 0);
        }
    }

    /// The mount that a path is on, as an `O_PATH` descriptor (open_tree(2)), or with `clone` a detached copy of
    /// the tree from that path on, which vanishes with its descriptor unless [#move] attaches it.
    ///
    /// @param recursive with `clone`: the mounts below too
    public static Fd openTree(Fd dir, String path, boolean clone, boolean recursive) throws ErrnoException {
        try (Scratch memory = Scratch.take()) {
            int flags = OPEN_TREE_CLOEXEC
                    | (clone ? OPEN_TREE_CLONE : 0)
                    | (recursive ? AT_RECURSIVE : 0)
                    | (path.isEmpty() ? AT_EMPTY_PATH : 0);
            return new Fd(
                    Kernel.on(Syscall.OPEN_TREE, dir, path.isEmpty() ? dir : path, memory.string(path), flags, 0, 0));
        }
    }

    /// Attaches a detached mount (of [#openTree] or [FileSystemContext#mount]) to the file or folder that `target`
    /// is open on.
    public static void move(Fd mount, Fd target) throws ErrnoException {
        move(mount, target, "");
    }

    /// Attaches a detached mount to a path.
    public static void move(Fd mount, Fd dir, String path) throws ErrnoException {
        int from = mount.acquire();
        try (Scratch memory = Scratch.take()) {
            int to = dir.acquire();
            try {
                int flags = MOVE_MOUNT_F_EMPTY_PATH | (path.isEmpty() ? MOVE_MOUNT_T_EMPTY_PATH : 0);
                Object about = path.isEmpty() ? dir : path;
                long empty = memory.string("");
                Kernel.call(Syscall.MOVE_MOUNT, about, from, empty, to, memory.string(path), flags);
            } finally {
                dir.release();
            }
        } finally {
            mount.release();
        }
    }

    /// mount_setattr(2), kernel 5.12.
    ///
    /// @param path empty: the mount that `mount` is open on
    /// @param recursive the mounts below too
    /// @param set `MOUNT_ATTR_*`
    /// @param clear `MOUNT_ATTR_*`
    /// @param propagation `MS_PRIVATE`, `MS_SLAVE`, `MS_SHARED`, or 0 to leave it
    public static void setAttributes(Fd mount, String path, boolean recursive, long set, long clear, long propagation)
            throws ErrnoException {
        setAttributes(mount, path, recursive, new long[] {set, clear, propagation, 0});
    }

    /// Maps the ids of a detached mount through a user namespace (idmapped mount).
    public static void mapIds(Fd mount, Fd userNamespace, boolean recursive) throws ErrnoException {
        int number = userNamespace.acquire();
        try {
            long[] attributes = {io.crij.linux.abi.MountFlags.MOUNT_ATTR_IDMAP, 0, 0, number};
            setAttributes(mount, "", recursive, attributes);
        } finally {
            userNamespace.release();
        }
    }

    private static void setAttributes(Fd mount, String path, boolean recursive, long[] attributes)
            throws ErrnoException {
        int number = mount.acquire();
        try (Scratch memory = Scratch.take()) {
            long struct = memory.reserve(ATTRIBUTES_SIZE);
            for (int i = 0; i < attributes.length; i++) {
                memory.putLong(struct + 8L * i, attributes[i]);
            }
            int flags = AT_SYMLINK_NOFOLLOW | (recursive ? AT_RECURSIVE : 0) | (path.isEmpty() ? AT_EMPTY_PATH : 0);
            Object about = path.isEmpty() ? mount : path;
            Kernel.call(Syscall.MOUNT_SETATTR, about, number, memory.string(path), flags, struct, ATTRIBUTES_SIZE);
        } finally {
            mount.release();
        }
    }
}
