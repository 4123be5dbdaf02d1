package io.crij.server.stats;

import io.crij.linux.CgroupFolder;
import io.crij.linux.CgroupHierarchy;
import io.crij.linux.Errno;
import io.crij.linux.ErrnoException;
import io.crij.linux.Fd;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Descriptors that are closed together.
final class FileSet implements AutoCloseable {
    private final List<Fd> files = new ArrayList<>();

    /// Opens those of a cgroup's files that the kernel has; the others are null.
    ///
    /// @throws ErrnoException `ENOENT` when there is no such cgroup
    @Nullable
    Fd[] open(String folder, String... names) throws ErrnoException {
        var opened = new @Nullable Fd[names.length];
        try (var cgroup = CgroupFolder.open(folder)) {
            for (int i = 0; i < names.length; i++) {
                try {
                    var file = cgroup.openFile(names[i]);
                    files.add(file);
                    opened[i] = file;
                } catch (ErrnoException e) {
                    if (e.errno() != Errno.ENOENT && e.errno() != Errno.EOPNOTSUPP) {
                        throw e;
                    }
                }
            }
        }
        return opened;
    }

    /// As [#open], where the hierarchy itself may be missing, or not have this cgroup: all null then.
    @Nullable
    Fd[] openIfThere(Optional<CgroupHierarchy> hierarchy, String cgroup, String... names) throws ErrnoException {
        if (hierarchy.isEmpty()) {
            return new @Nullable Fd[names.length];
        }
        try {
            return open(hierarchy.get().folder(cgroup), names);
        } catch (ErrnoException e) {
            if (e.errno() == Errno.ENOENT) {
                return new @Nullable Fd[names.length];
            }
            throw e;
        }
    }

    int size() {
        return files.size();
    }

    @Override
    public void close() {
        files.forEach(Fd::close);
    }
}
