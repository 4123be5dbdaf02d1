package io.crij.sandbox;

import java.util.List;

/// A mount of the request as ContainerStatus reports it (api.proto Mount).
///
/// @param image reference of an image volume, else empty
public record ContainerMount(
        String containerPath,
        String hostPath,
        boolean readonly,
        boolean selinuxRelabel,
        Propagation propagation,
        List<IdMapping> uidMappings,
        List<IdMapping> gidMappings,
        boolean recursiveReadOnly,
        String image,
        String imageSubPath) {
    public ContainerMount {
        uidMappings = List.copyOf(uidMappings);
        gidMappings = List.copyOf(gidMappings);
    }

    public enum Propagation {
        PRIVATE,
        HOST_TO_CONTAINER,
        BIDIRECTIONAL
    }
}
