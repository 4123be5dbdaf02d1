package io.crij.oci.runtime;

/// What stays of the half of a program that starts a process.
enum Shape {
    /// It serves as the process's shim until it is told to quit.
    MONITORED,
    /// It goes when the runtime has acknowledged; the process becomes a child of the nearest subreaper.
    DETACHED;

    static Shape of(CreateRequest request) {
        return request.detached() || request.rootfs() instanceof Rootfs.Pause ? DETACHED : MONITORED;
    }
}
