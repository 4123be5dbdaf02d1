package io.crij.oci.cgroup;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// How this host mounts its control groups.
///
/// @param unified mount point of the version 2 tree; on a hybrid host it exists beside the version 1 trees
/// @param hierarchies version 1: controller (or `name=systemd`) → mount point; empty on a pure version 2 host
/// @param unifiedControllers what the root of the version 2 tree offers
public record CgroupHost(@Nullable Path unified, Map<String, Path> hierarchies, Set<String> unifiedControllers) {
    /// Version 2 for everything?
    public boolean pure() {
        return unified != null && hierarchies.isEmpty();
    }

    /// Of this machine, from `/proc/self/mountinfo`.
    public static CgroupHost read() throws IOException {
        throw new UnsupportedOperationException("CgroupHost.read");
    }
}
