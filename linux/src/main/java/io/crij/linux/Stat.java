package io.crij.linux;

import io.crij.linux.abi.FileFlags;

/// What statx(2) says of a file.
///
/// @param mode file type and permission bits
/// @param size bytes
/// @param blocks taken on the disk, of 512 bytes
/// @param mountId of the mount the file is on (kernel 5.8)
public record Stat(
        int mode,
        int uid,
        int gid,
        int links,
        long inode,
        long size,
        long blocks,
        Device device,
        Device specialDevice,
        long accessSeconds,
        int accessNanos,
        long modifiedSeconds,
        int modifiedNanos,
        long changedSeconds,
        int changedNanos,
        long mountId) {

    /// Reads a `struct statx` (linux/stat.h).
    static Stat read(Scratch memory, long at) {
        return new Stat(
                Short.toUnsignedInt(memory.shortAt(at + 28)),
                memory.intAt(at + 20),
                memory.intAt(at + 24),
                memory.intAt(at + 16),
                memory.longAt(at + 32),
                memory.longAt(at + 40),
                memory.longAt(at + 48),
                new Device(memory.intAt(at + 136), memory.intAt(at + 140)),
                new Device(memory.intAt(at + 128), memory.intAt(at + 132)),
                memory.longAt(at + 64),
                memory.intAt(at + 72),
                memory.longAt(at + 112),
                memory.intAt(at + 120),
                memory.longAt(at + 96),
                memory.intAt(at + 104),
                memory.longAt(at + 144));
    }

    public int type() {
        return mode & FileFlags.S_IFMT;
    }

    public int permissions() {
        return mode & 07777;
    }

    public boolean isDirectory() {
        return type() == FileFlags.S_IFDIR;
    }

    public boolean isRegular() {
        return type() == FileFlags.S_IFREG;
    }

    public boolean isSymlink() {
        return type() == FileFlags.S_IFLNK;
    }

    public boolean isCharDevice() {
        return type() == FileFlags.S_IFCHR;
    }

    public boolean isBlockDevice() {
        return type() == FileFlags.S_IFBLK;
    }

    public boolean isFifo() {
        return type() == FileFlags.S_IFIFO;
    }

    public boolean isSocket() {
        return type() == FileFlags.S_IFSOCK;
    }

    /// Whether both are the same file.
    public boolean sameFile(Stat other) {
        return inode == other.inode && device.equals(other.device);
    }
}
