package io.crij.oci.runtime;

import io.crij.oci.spec.IdMapping;
import java.util.List;

/// Ids of a user namespace as the host has them.
final class HostIds {
    private HostIds() {}

    /// @return `id` itself where nothing is mapped
    static long of(long id, List<IdMapping> mappings) {
        for (IdMapping m : mappings) {
            if (id >= m.containerID() && id < m.containerID() + m.size()) {
                return m.hostID() + id - m.containerID();
            }
        }
        return id;
    }
}
