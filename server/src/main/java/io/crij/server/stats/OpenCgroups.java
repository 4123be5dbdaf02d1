package io.crij.server.stats;

import io.crij.linux.CgroupTree;
import io.crij.linux.Errno;
import io.crij.linux.ErrnoException;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/// The files of all cgroups that are asked for, held open as long as the cgroup is of interest: reading one is then a
/// `pread` and nothing else. The number of descriptors is bounded; what does not fit is opened for each reading.
///
/// Thread-safe: the lock guards the map and the count, nothing is read or opened under it.
final class OpenCgroups implements AutoCloseable {
    private static final String LEAF = "/container";

    private final CgroupTree tree;
    private final int most;
    private final Object lock = new Object();
    private final Map<String, CgroupFiles> open = new HashMap<>();
    private int descriptors;
    private boolean closed;

    /// @param most descriptors
    OpenCgroups(CgroupTree tree, int most) {
        this.tree = tree;
        this.most = most;
    }

    /// The cgroup that has a container's own limits and processes. On version 2 our executor puts the container's shim
    /// beside it; other runtimes do not, and then it is `cgroup` itself.
    String leaf(String cgroup) {
        return tree.mode() == CgroupTree.Mode.V2 ? cgroup + LEAF : cgroup;
    }

    private interface Reading<T> {
        T of(CgroupFiles files) throws ErrnoException;
    }

    /// @param cgroup absolute, such as `/crij/abc`
    /// @throws ErrnoException `ENOENT` or `ENODEV` when the cgroup is gone
    CgroupUsage usage(String cgroup, FileText text) throws ErrnoException {
        return read(cgroup, files -> files.usage(text));
    }

    /// As [#usage], without limits and pressure.
    CgroupUsage used(String cgroup, FileText text) throws ErrnoException {
        return read(cgroup, files -> files.used(text));
    }

    /// As in [CgroupUsage].
    long cpuNanos(String cgroup, FileText text) throws ErrnoException {
        return read(cgroup, files -> files.cpuNanos(text));
    }

    private <T> T read(String cgroup, Reading<T> reading) throws ErrnoException {
        CgroupFiles held;
        synchronized (lock) {
            held = open.get(cgroup);
        }
        if (held != null) {
            try {
                return reading.of(held);
            } catch (ErrnoException e) {
                if (e.errno() != Errno.ENODEV && e.errno() != Errno.EBADF) {
                    throw e;
                }
                // removed; another may have been made under the same name since
                forget(cgroup, held);
            }
        }
        var fresh = files(cgroup);
        boolean kept = false;
        try {
            var result = reading.of(fresh);
            kept = keep(cgroup, fresh);
            return result;
        } finally {
            if (!kept) {
                fresh.close();
            }
        }
    }

    private CgroupFiles files(String cgroup) throws ErrnoException {
        if (tree.mode() != CgroupTree.Mode.V2) {
            return new V1Files(tree, cgroup);
        }
        var folder = tree.unified()
                .orElseThrow(() -> new IllegalStateException("no cgroup v2 tree"))
                .folder(cgroup);
        try {
            return new V2Files(folder);
        } catch (ErrnoException e) {
            if (e.errno() == Errno.ENOENT && folder.endsWith(LEAF)) {
                return new V2Files(folder.substring(0, folder.length() - LEAF.length()));
            }
            throw e;
        }
    }

    private boolean keep(String cgroup, CgroupFiles files) {
        synchronized (lock) {
            if (closed || descriptors + files.size() > most || open.containsKey(cgroup)) {
                return false;
            }
            open.put(cgroup, files);
            descriptors += files.size();
            return true;
        }
    }

    private void forget(String cgroup, CgroupFiles files) {
        synchronized (lock) {
            if (open.remove(cgroup, files)) {
                descriptors -= files.size();
            }
        }
        files.close();
    }

    /// Closes all but these.
    void retain(Collection<String> cgroups) {
        synchronized (lock) {
            open.entrySet().removeIf(entry -> {
                if (cgroups.contains(entry.getKey())) {
                    return false;
                }
                descriptors -= entry.getValue().size();
                entry.getValue().close();
                return true;
            });
        }
    }

    void close(String cgroup) {
        synchronized (lock) {
            var files = open.remove(cgroup);
            if (files != null) {
                descriptors -= files.size();
                files.close();
            }
        }
    }

    int descriptors() {
        synchronized (lock) {
            return descriptors;
        }
    }

    @Override
    public void close() {
        synchronized (lock) {
            closed = true;
            open.values().forEach(CgroupFiles::close);
            open.clear();
            descriptors = 0;
        }
    }
}
