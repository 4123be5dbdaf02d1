package io.crij.server.stats;

import io.crij.linux.ErrnoException;

/// The files of one cgroup that its usage is read from, held open. Thread-safe; a closed one fails with `EBADF`, one
/// whose cgroup is gone with `ENODEV`.
interface CgroupFiles extends AutoCloseable {
    CgroupUsage usage(FileText text) throws ErrnoException;

    /// As [#usage], without limits and pressure.
    CgroupUsage used(FileText text) throws ErrnoException;

    /// As in [CgroupUsage].
    long cpuNanos(FileText text) throws ErrnoException;

    /// Number of descriptors.
    int size();

    @Override
    void close();
}
