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
/// @param start starts it too; when that fails nothing is left
/// @param runtime what runs it
public record ContainerRequest(
        String id,
        Path bundle,
        byte[] spec,
        String handler,
        Rootfs rootfs,
        Streams streams,
        @Nullable Path logPath,
        Map<String, String> labels,
        boolean start,
        MonitoredRuntime runtime) {

    /// One of the built-in runtime that is started later.
    public ContainerRequest(
            String id,
            Path bundle,
            byte[] spec,
            String handler,
            Rootfs rootfs,
            Streams streams,
            @Nullable Path logPath,
            Map<String, String> labels) {
        this(id, bundle, spec, handler, rootfs, streams, logPath, labels, false, new MonitoredRuntime.BuiltIn());
    }

    /// The same, started as soon as it is made.
    public ContainerRequest started() {
        return new ContainerRequest(id, bundle, spec, handler, rootfs, streams, logPath, labels, true, runtime);
    }

    /// The same, run by that runtime.
    public ContainerRequest by(MonitoredRuntime other) {
        return new ContainerRequest(id, bundle, spec, handler, rootfs, streams, logPath, labels, start, other);
    }

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
