package io.crij.image;

import io.crij.image.layer.UnpackedLayer.RootAttributes;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Optional;

/// An unpacked layer of the store.
///
/// @param key see [LayerKey]
/// @param folder the lower folder for overlayfs
/// @param root what the layer says of the root folder's owner and mode
record Layer(String key, Path folder, long bytes, long inodes, Optional<RootAttributes> root) {
    /// False when somebody has removed its files behind our back.
    boolean isThere() {
        return Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS);
    }
}
