package io.crij.image.layer;

import java.util.List;
import java.util.Optional;

/// What unpacking a layer found.
///
/// @param bytes allocated on the disk
/// @param inodes files, folders and everything else, hard links counted once
/// @param implicit folders without an entry of their own; they take owner and mode from the layers below, so they
/// depend on these
/// @param root what the layer says of the root folder itself, if anything
public record UnpackedLayer(long bytes, long inodes, List<String> implicit, Optional<RootAttributes> root) {
    public record RootAttributes(int mode, int uid, int gid) {}
}
