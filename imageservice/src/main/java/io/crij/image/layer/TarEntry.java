package io.crij.image.layer;

import java.util.List;
import java.util.Map;

/// One entry of a tar archive, everything as the archive says it: nothing here is trusted.
///
/// @param name bytes decoded as [io.crij.linux.KernelString] does
/// @param size bytes of content that follow in the archive
/// @param realSize bytes of the file; more than `size` when it is sparse
/// @param linkName target of a link, else empty
/// @param xattrs extended attributes by name
/// @param pieces where in the file the content goes; empty for a file without holes
record TarEntry(
        String name,
        Kind kind,
        int mode,
        long uid,
        long gid,
        long mtimeSeconds,
        int mtimeNanos,
        long size,
        long realSize,
        String linkName,
        int deviceMajor,
        int deviceMinor,
        Map<String, byte[]> xattrs,
        List<Piece> pieces) {
    enum Kind {
        FILE,
        DIRECTORY,
        SYMLINK,
        HARD_LINK,
        CHAR_DEVICE,
        BLOCK_DEVICE,
        FIFO
    }

    /// A run of bytes between holes.
    record Piece(long offset, long length) {}
}
