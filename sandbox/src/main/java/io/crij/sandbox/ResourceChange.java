package io.crij.sandbox;

import io.crij.oci.spec.LinuxResources;

/// A change of a container's limits, worked out from those in force, since what a request leaves out depends on them.
@FunctionalInterface
public interface ResourceChange {
    /// @param update what changes, for the status; zero and empty are unchanged
    /// @param kernel the same for the kernel; absent properties are unchanged
    record Step(ContainerResources update, LinuxResources kernel) {}

    Step from(ContainerResources now) throws SandboxException;
}
