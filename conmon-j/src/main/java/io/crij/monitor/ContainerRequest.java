package io.crij.monitor;

import io.crij.oci.runtime.Rootfs;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What [MonitorClient#create] needs.
///
/// @param id matches `[A-Za-z0-9_+.-]+`
/// @param bundle folder of the container's runtime state; made when missing
/// @param spec OCI runtime-spec configuration as JSON
/// @param handler name of the runtime handler; empty is the built-in one
/// @param logPath absolute path of the CRI log file; null: output is dropped
/// @param labels given back in [MonitoredContainer], for the caller's own use
public record ContainerRequest(
        String id,
        Path bundle,
        byte[] spec,
        String handler,
        Rootfs rootfs,
        Streams streams,
        @Nullable Path logPath,
        Map<String, String> labels) {

    /// Standard streams of a container.
    ///
    /// @param stdinOnce close stdin for good when the first attached client goes
    public record Streams(boolean terminal, boolean stdin, boolean stdinOnce) {
        /// Output only, as a sandbox or a container without `stdin` and `tty` has it.
        public static Streams outputOnly() {
            return new Streams(false, false, false);
        }
    }
}
