package io.crij.linux;

import io.crij.linux.abi.Syscall;

/// What statfs(2) says of a file system.
///
/// @param type magic number, such as [#OVERLAYFS]
/// @param blockSize bytes; the counts of blocks are in this unit
/// @param blocksAvailable to processes without privileges
/// @param flags `ST_*`: read-only 1, nosuid 2, nodev 4, noexec 8
public record StatFs(
        long type,
        long blockSize,
        long blocks,
        long blocksFree,
        long blocksAvailable,
        long inodes,
        long inodesFree,
        long flags) {
    public static final long OVERLAYFS = 0x794C7630L;
    public static final long TMPFS = 0x01021994L;
    public static final long CGROUP = 0x27E0EBL;
    public static final long CGROUP2 = 0x63677270L;
    public static final long PROC = 0x9FA0L;
    public static final long SYSFS = 0x62656572L;
    public static final long NSFS = 0x6E736673L;
    public static final long NFS = 0x6969L;
    public static final long BTRFS = 0x9123683EL;
    public static final long EXT4 = 0xEF53L;
    public static final long XFS = 0x58465342L;

    public static StatFs of(Fd fd) throws ErrnoException {
        try (Scratch memory = Scratch.take()) {
            long buffer = memory.zeroed(120);
            Kernel.on(Syscall.FSTATFS, fd, buffer, 0);
            return read(memory, buffer);
        }
    }

    public static StatFs of(String path) throws ErrnoException {
        try (Scratch memory = Scratch.take()) {
            long buffer = memory.zeroed(120);
            Kernel.call(Syscall.STATFS, path, memory.string(path), buffer, 0);
            return read(memory, buffer);
        }
    }

    private static StatFs read(Scratch memory, long at) {
        return new StatFs(
                memory.longAt(at),
                memory.longAt(at + 8),
                memory.longAt(at + 16),
                memory.longAt(at + 24),
                memory.longAt(at + 32),
                memory.longAt(at + 40),
                memory.longAt(at + 48),
                memory.longAt(at + 80));
    }

    public long bytes() {
        return blocks * blockSize;
    }

    public long bytesUsed() {
        return (blocks - blocksFree) * blockSize;
    }

    public long inodesUsed() {
        return inodes - inodesFree;
    }
}
