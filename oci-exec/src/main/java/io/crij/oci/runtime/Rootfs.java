package io.crij.oci.runtime;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// Where a container's root file system comes from.
public sealed interface Rootfs {
    /// A prepared folder; `spec.root.path` when it comes from a bundle.
    record Directory(Path path) implements Rootfs {}

    /// An overlay that is mounted inside the container's own mount namespace only, never in the host's mount table.
    ///
    /// @param lower folders, top-most first
    /// @param upper absent: the root is read-only
    record Overlay(List<Path> lower, Optional<Path> upper, Optional<Path> work, List<String> options)
            implements Rootfs {}

    /// None: the first process is the built-in pause, which holds the namespaces of a sandbox and reaps orphans.
    record Pause() implements Rootfs {}
}
