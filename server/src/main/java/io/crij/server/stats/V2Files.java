package io.crij.server.stats;

import static io.crij.server.stats.FileText.NONE;

import io.crij.linux.ErrnoException;
import io.crij.linux.Fd;
import org.jspecify.annotations.Nullable;

/// A cgroup on a pure version 2 host.
final class V2Files implements CgroupFiles {
    private static final Keys CPU = new Keys("usage_usec");
    private static final Keys MEMORY = new Keys("inactive_file", "anon", "pgfault", "pgmajfault");

    private final FileSet files = new FileSet();
    private final @Nullable Fd cpu;
    private final @Nullable Fd memoryStat;
    private final @Nullable Fd memory;
    private final @Nullable Fd memoryLimit;
    private final @Nullable Fd swap;
    private final @Nullable Fd swapLimit;
    private final PressureFiles pressure;

    /// @throws ErrnoException `ENOENT` when there is no such cgroup
    V2Files(String folder) throws ErrnoException {
        try {
            var opened = files.open(
                    folder,
                    "cpu.stat",
                    "memory.stat",
                    "memory.current",
                    "memory.max",
                    "memory.swap.current",
                    "memory.swap.max");
            cpu = opened[0];
            memoryStat = opened[1];
            memory = opened[2];
            memoryLimit = opened[3];
            swap = opened[4];
            swapLimit = opened[5];
            pressure = new PressureFiles(files.open(folder, PressureFiles.NAMES));
        } catch (ErrnoException e) {
            files.close();
            throw e;
        }
    }

    @Override
    public long cpuNanos(FileText text) throws ErrnoException {
        var values = new long[CPU.size()];
        text.read(cpu);
        text.values(CPU, values);
        return values[0] == NONE ? NONE : values[0] * 1000;
    }

    @Override
    public CgroupUsage usage(FileText text) throws ErrnoException {
        return used(text)
                .limited(
                        number(text, memoryLimit),
                        number(text, swapLimit),
                        pressure.cpu(text),
                        pressure.memory(text),
                        pressure.io(text));
    }

    @Override
    public CgroupUsage used(FileText text) throws ErrnoException {
        var stat = new long[MEMORY.size()];
        text.read(memoryStat);
        text.values(MEMORY, stat);
        return CgroupUsage.used(
                cpuNanos(text), number(text, memory), stat[0], stat[1], stat[2], stat[3], number(text, swap));
    }

    static long number(FileText text, @Nullable Fd file) throws ErrnoException {
        text.read(file);
        return text.number();
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
