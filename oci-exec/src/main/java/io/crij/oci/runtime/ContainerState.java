package io.crij.oci.runtime;

import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;

/// The state of a container as runtime-spec "State" has it.
///
/// @param pid of the first process in the host's pid namespace, 0 when stopped
/// @param rootfs absolute, as it was when the container was made; empty where the runtime does not know
public record ContainerState(
        String ociVersion,
        String id,
        Status status,
        int pid,
        Path bundle,
        String rootfs,
        Instant created,
        Map<String, String> annotations) {
    public enum Status {
        CREATING,
        CREATED,
        RUNNING,
        PAUSED,
        STOPPED
    }
}
