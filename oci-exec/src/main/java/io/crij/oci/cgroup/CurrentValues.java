package io.crij.oci.cgroup;

import java.nio.file.Path;
import java.util.Optional;

/// What a file of a cgroup says now.
interface CurrentValues {
    /// Of a group that does not exist yet.
    CurrentValues NEW_GROUP = _ -> Optional.empty();

    /// The content without white space around it; empty when there is no such file.
    Optional<String> read(Path file);
}
