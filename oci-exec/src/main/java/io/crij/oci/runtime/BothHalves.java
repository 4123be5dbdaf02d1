package io.crij.oci.runtime;

import java.util.Optional;

/// What the shim's half of a program and the container's half use both: one begins what the other goes on with.
///
/// @param procSlot where the shim expects the container's folder of proc, when there is a user namespace to map; else
///     [Descriptors#NONE]
record BothHalves(
        Setup setup,
        ShimSteps shim,
        Namespaces namespaces,
        CgroupSteps cgroups,
        Optional<NetDevices> netDevices,
        int procSlot) {}
