package io.crij.sandbox;

import java.util.List;

/// The user a container's first process starts as (api.proto LinuxContainerUser).
public record ContainerUser(long uid, long gid, List<Long> supplementalGroups) {
    public ContainerUser {
        supplementalGroups = List.copyOf(supplementalGroups);
    }
}
