package io.crij.server.stats;

import static io.crij.server.stats.FileText.NONE;
import static io.crij.server.stats.V2Files.number;

import io.crij.linux.CgroupTree;
import io.crij.linux.ErrnoException;
import io.crij.linux.Fd;
import org.jspecify.annotations.Nullable;

/// A cgroup whose controllers are in version 1 trees. Pressure comes from the version 2 tree of a hybrid host.
final class V1Files implements CgroupFiles {
    /// A limit at or above this is none (the kernel rounds "unlimited" down to a page).
    static final long NO_LIMIT = Long.MAX_VALUE - (1 << 20);

    private static final Keys MEMORY =
            new Keys("total_inactive_file", "total_rss", "total_pgfault", "total_pgmajfault", "total_swap");

    private final FileSet files = new FileSet();
    private final @Nullable Fd cpu;
    private final @Nullable Fd memoryStat;
    private final @Nullable Fd memory;
    private final @Nullable Fd memoryLimit;
    private final @Nullable Fd limitWithSwap;
    private final PressureFiles pressure;

    /// @throws ErrnoException `ENOENT` when there is no such cgroup
    V1Files(CgroupTree tree, String cgroup) throws ErrnoException {
        try {
            var cpuTree = tree.with("cpuacct");
            cpu = cpuTree.isEmpty() ? null : files.open(cpuTree.get().folder(cgroup), "cpuacct.usage")[0];
            var opened = files.openIfThere(
                    tree.with("memory"),
                    cgroup,
                    "memory.stat",
                    "memory.usage_in_bytes",
                    "memory.limit_in_bytes",
                    "memory.memsw.limit_in_bytes");
            memoryStat = opened[0];
            memory = opened[1];
            memoryLimit = opened[2];
            limitWithSwap = opened[3];
            pressure = new PressureFiles(files.openIfThere(tree.unified(), cgroup, PressureFiles.NAMES));
        } catch (ErrnoException e) {
            files.close();
            throw e;
        }
    }

    @Override
    public long cpuNanos(FileText text) throws ErrnoException {
        return number(text, cpu);
    }

    @Override
    public CgroupUsage usage(FileText text) throws ErrnoException {
        var used = used(text);
        long limit = limited(number(text, memoryLimit));
        // without the one there cannot be the other
        long both = limit == NONE ? NONE : limited(number(text, limitWithSwap));
        return used.limited(
                limit,
                both == NONE ? NONE : Math.max(0, both - limit),
                pressure.cpu(text),
                pressure.memory(text),
                pressure.io(text));
    }

    @Override
    public CgroupUsage used(FileText text) throws ErrnoException {
        var stat = new long[MEMORY.size()];
        text.read(memoryStat);
        text.values(MEMORY, stat);
        return CgroupUsage.used(cpuNanos(text), number(text, memory), stat[0], stat[1], stat[2], stat[3], stat[4]);
    }

    static long limited(long limit) {
        return limit >= NO_LIMIT ? NONE : limit;
    }

    @Override
    public int size() {
        return files.size();
    }

    @Override
    public void close() {
        files.close();
    }
}
