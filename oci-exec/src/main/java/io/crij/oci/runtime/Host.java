package io.crij.oci.runtime;

import io.crij.linux.NetworkDevice;
import io.crij.linux.OverlayLayers;
import io.crij.oci.cgroup.CgroupFolders;
import io.crij.oci.seccomp.SeccompFilter;
import java.util.List;
import java.util.Optional;

/// What a container's program depends on beside its configuration.
///
/// @param folders of the container's cgroups
/// @param overlayLayers of this kernel
/// @param seccomp the compiled filter, when the configuration has one
/// @param netDevices those that go into the container, as they are now
record Host(
        CgroupFolders folders,
        Privileges privileges,
        OverlayLayers overlayLayers,
        Labels labels,
        Optional<SeccompFilter> seccomp,
        List<NetworkDevice> netDevices) {}
