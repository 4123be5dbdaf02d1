package io.crij.image;

import static io.crij.linux.abi.FileFlags.O_DIRECTORY;
import static io.crij.linux.abi.FileFlags.O_NOFOLLOW;
import static io.crij.linux.abi.FileFlags.O_RDONLY;

import io.crij.linux.At;
import io.crij.linux.Directory;
import io.crij.linux.Errno;
import io.crij.linux.ErrnoException;
import io.crij.linux.Fd;
import io.crij.linux.Stat;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;

/// Counts what a tree takes on its disk while others may change it. For one use.
final class TreeUsage {
    private static final int DEEPEST = 400;

    private final Set<Long> linked = new HashSet<>();
    private long bytes;
    private long inodes;

    private TreeUsage() {}

    static DiskUsage of(Path tree) throws ErrnoException {
        TreeUsage usage = new TreeUsage();
        try (Fd root = Fd.open(tree.toString(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW)) {
            usage.count(root.stat());
            usage.walk(root, 0);
        }
        return new DiskUsage(usage.bytes, usage.inodes, Instant.now());
    }

    private void walk(Fd folder, int depth) throws ErrnoException {
        for (Directory.Entry entry : Directory.list(folder)) {
            try {
                Stat stat = At.stat(folder, entry.name());
                count(stat);
                // a container can nest folders without end; what lies that deep is not counted
                if (stat.isDirectory() && depth < DEEPEST) {
                    try (Fd child = At.open(folder, entry.name(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0)) {
                        walk(child, depth + 1);
                    }
                }
            } catch (ErrnoException e) {
                // removed or replaced meanwhile
                if (e.errno() != Errno.ENOENT && e.errno() != Errno.ENOTDIR && e.errno() != Errno.ELOOP) {
                    throw e;
                }
            }
        }
    }

    private void count(Stat stat) {
        if (stat.links() > 1 && !stat.isDirectory() && !linked.add(stat.inode())) {
            return;
        }
        bytes += stat.blocks() * 512;
        inodes++;
    }
}
