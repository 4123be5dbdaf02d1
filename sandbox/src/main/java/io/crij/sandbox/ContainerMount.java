package io.crij.sandbox;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// A mount of the request as ContainerStatus reports it (api.proto Mount).
///
/// @param image reference of an image volume, else empty
/// @param imageId of an image volume: what PullImage answered with for it, else empty
/// @param mountOptions `noexec`, `nodev`, `nosuid`
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
        String imageSubPath,
        @Nullable String imageId,
        @Nullable List<String> mountOptions) {
    public ContainerMount {
        // a record that an earlier version wrote has neither
        imageId = imageId == null ? "" : imageId;
        mountOptions = mountOptions == null ? List.of() : List.copyOf(mountOptions);
        uidMappings = List.copyOf(uidMappings);
        gidMappings = List.copyOf(gidMappings);
    }

    /// The id of the image of an image volume, else empty.
    public String volumeImage() {
        return imageId == null ? "" : imageId;
    }

    /// What the mount forbids: `noexec`, `nodev`, `nosuid`.
    public List<String> options() {
        return mountOptions == null ? List.of() : mountOptions;
    }

    public enum Propagation {
        PRIVATE,
        HOST_TO_CONTAINER,
        BIDIRECTIONAL
    }
}
