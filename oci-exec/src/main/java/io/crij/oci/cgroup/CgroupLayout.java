package io.crij.oci.cgroup;

/// Where the processes of a container are below its `cgroupsPath` on a pure version 2 host.
public enum CgroupLayout {
    /// In `cgroupsPath` itself, where callers of a command such as `runc` look for it.
    PLAIN,
    /// In `container` below it, with `shim` beside: limits do not hit the shim, and `memory.events` can be read as
    /// long as the shim lives.
    WITH_SHIM
}
