package io.crij.oci.runtime;

import io.crij.oci.spec.Spec;
import java.nio.file.Path;

/// What [OciRuntime#create] needs.
///
/// @param id matches `[A-Za-z0-9_+.-]+`
/// @param bundle folder of the container's runtime state; relative paths of the spec start here
public record CreateRequest(String id, Path bundle, Spec spec, Rootfs rootfs, Stdio stdio) {}
