package io.crij.oci.runtime;

/// What stays of the half of a program that starts a process.
enum Shape {
    /// It serves as the process's shim until it is told to quit.
    MONITORED,
    /// The same, and it goes when the runtime has gone, as nobody would ask it again. The process stays.
    ATTENDED,
    /// It goes when the runtime has acknowledged; the process becomes a child of the nearest subreaper.
    DETACHED;

    static Shape of(CreateRequest request) {
        if (request.detached() || request.rootfs() instanceof Rootfs.Pause) {
            return DETACHED;
        }
        return request.habits().attended() ? ATTENDED : MONITORED;
    }

    boolean hasShim() {
        return this != DETACHED;
    }
}
