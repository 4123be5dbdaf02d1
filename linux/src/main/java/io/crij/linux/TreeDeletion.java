package io.crij.linux;

import static io.crij.linux.abi.FileFlags.O_DIRECTORY;
import static io.crij.linux.abi.FileFlags.O_NOFOLLOW;
import static io.crij.linux.abi.FileFlags.O_RDONLY;
import static io.crij.linux.abi.FileFlags.RENAME_NOREPLACE;
import static io.crij.linux.abi.FileFlags.RESOLVE_NO_XDEV;
import static io.crij.linux.abi.FileFlags.S_IFDIR;

import java.util.ArrayList;
import java.util.List;

/// Deletes a tree that a container has made, however deep or wide it is: a folder below [#DEPTH] is moved up into
/// the top folder and deleted from there, so that neither the stack nor the open descriptors grow with the tree.
final class TreeDeletion {
    private static final int DEPTH = 64;

    private final Fd top;
    private long moved;

    private TreeDeletion(Fd top) {
        this.top = top;
    }

    static void delete(Fd parent, String name) throws ErrnoException {
        Stat stat;
        try {
            stat = At.stat(parent, name);
        } catch (ErrnoException e) {
            if (e.errno() == Errno.ENOENT) {
                return;
            }
            throw e;
        }
        if (!stat.isDirectory()) {
            At.unlink(parent, name);
            return;
        }
        try (Fd top = open(parent, name)) {
            new TreeDeletion(top).empty(top, 0);
        }
        At.rmdir(parent, name);
    }

    /// Reads until a pass from the beginning finds nothing: entries that come in meanwhile, from below too, are
    /// deleted.
    private void empty(Fd dir, int depth) throws ErrnoException {
        List<Directory.Entry> entries = new ArrayList<>();
        boolean found = true;
        while (found) {
            found = false;
            dir.seek(0);
            while (Directory.next(dir, entries)) {
                for (Directory.Entry entry : entries) {
                    found = true;
                    remove(dir, entry, depth);
                }
                entries.clear();
            }
        }
    }

    private void remove(Fd dir, Directory.Entry entry, int depth) throws ErrnoException {
        String name = entry.name();
        boolean folder = entry.type() == 0 ? At.stat(dir, name).isDirectory() : entry.type() == S_IFDIR;
        if (!folder) {
            At.unlink(dir, name);
        } else if (depth < DEPTH) {
            try (Fd below = open(dir, name)) {
                empty(below, depth + 1);
            }
            At.rmdir(dir, name);
        } else {
            moveUp(dir, name);
        }
    }

    private void moveUp(Fd dir, String name) throws ErrnoException {
        while (true) {
            try {
                At.rename(dir, name, top, ".deep-" + moved++, RENAME_NOREPLACE);
                return;
            } catch (ErrnoException e) {
                if (e.errno() != Errno.EEXIST) {
                    throw e;
                }
            }
        }
    }

    private static Fd open(Fd parent, String name) throws ErrnoException {
        return At.open(parent, name, new OpenHow(O_RDONLY | O_DIRECTORY | O_NOFOLLOW, RESOLVE_NO_XDEV));
    }
}
