package io.crij.oci.runtime;

/// Numbers of a shim's descriptors, -1 for one that it does not have (or 0 in a record from before it had them). A
/// later runtime opens them again through `/proc/<shim>/fd`, so they stand in the container's record.
record ShimSlots(
        int report,
        int go,
        int control,
        int exit,
        int exited,
        int exitFile,
        int stdin,
        int stdout,
        int stderr,
        int console,
        int pidfd,
        int stdoutBacklog,
        int stderrBacklog) {
    private static final int NONE = Descriptors.NONE;

    /// Without a shim the process itself holds both ends of the pipe that its start comes through.
    static ShimSlots ofProcess(Slots slots) {
        return new ShimSlots(
                slots.report(), slots.go(), NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE);
    }
}
