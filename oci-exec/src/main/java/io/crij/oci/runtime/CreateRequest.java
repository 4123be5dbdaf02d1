package io.crij.oci.runtime;

import io.crij.oci.spec.Spec;
import java.nio.file.Path;

/// What [OciRuntime#create] needs.
///
/// @param id matches `[A-Za-z0-9_+.-]+`
/// @param bundle folder of the container's runtime state; relative paths of the spec start here
/// @param detached no shim stays: the first process becomes a child of the nearest subreaper, which
///     learns how it ends
public record CreateRequest(String id, Path bundle, Spec spec, Rootfs rootfs, Stdio stdio, boolean detached) {
    /// With a shim.
    public CreateRequest(String id, Path bundle, Spec spec, Rootfs rootfs, Stdio stdio) {
        this(id, bundle, spec, rootfs, stdio, false);
    }
}
