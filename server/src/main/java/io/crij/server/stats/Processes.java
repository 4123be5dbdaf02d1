package io.crij.server.stats;

import static io.crij.linux.abi.FileFlags.O_RDONLY;

import io.crij.linux.CgroupTree;
import io.crij.linux.Errno;
import io.crij.linux.ErrnoException;
import io.crij.linux.Fd;
import java.util.Optional;

/// Counts processes, not threads.
final class Processes {
    private final CgroupTree tree;

    Processes(CgroupTree tree) {
        this.tree = tree;
    }

    /// In the cgroup itself, not below it; 0 when it is not there.
    long in(String cgroup, FileText text) throws ErrnoException {
        var folder = folder(cgroup);
        if (folder.isEmpty()) {
            return 0;
        }
        // not held open: on version 1 a descriptor keeps giving the list of its first read to one who asks every second
        try (Fd file = Fd.open(folder.get() + "/cgroup.procs", O_RDONLY)) {
            text.readAll(file);
            return text.lines();
        } catch (ErrnoException e) {
            if (e.errno() == Errno.ENOENT || e.errno() == Errno.ENODEV) {
                return 0;
            }
            throw e;
        }
    }

    private Optional<String> folder(String cgroup) {
        if (tree.mode() == CgroupTree.Mode.V2) {
            return tree.unified().map(v2 -> v2.folder(cgroup));
        }
        return tree.with("pids")
                .or(() -> tree.with("memory"))
                .or(() -> tree.with("cpuacct"))
                .map(v1 -> v1.folder(cgroup));
    }
}
