package io.crij.image;

import java.nio.file.Path;
import java.util.List;

/// The folders of a container's overlay mount.
///
/// @param lower layers of the image, top-most first
/// @param upper what the container writes
/// @param work overlayfs's own
public record OverlayLayers(List<Path> lower, Path upper, Path work) {}
