package io.crij.oci.runtime;

import io.crij.oci.spec.Spec;
import java.nio.file.Path;

/// What [OciRuntime#create] needs.
///
/// @param id matches `[A-Za-z0-9_+.-]+`
/// @param bundle folder of the container's runtime state; relative paths of the spec start here
/// @param habits what the caller wants otherwise than usual
/// @param detached no shim stays: the first process becomes a child of the nearest subreaper, which
///     learns how it ends
public record CreateRequest(
        String id, Path bundle, Spec spec, Rootfs rootfs, Stdio stdio, boolean detached, Habits habits) {
    /// With a shim.
    public CreateRequest(String id, Path bundle, Spec spec, Rootfs rootfs, Stdio stdio) {
        this(id, bundle, spec, rootfs, stdio, false);
    }

    public CreateRequest(String id, Path bundle, Spec spec, Rootfs rootfs, Stdio stdio, boolean detached) {
        this(id, bundle, spec, rootfs, stdio, detached, Habits.USUAL);
    }

    CreateRequest with(Spec other) {
        return new CreateRequest(id, bundle, other, rootfs, stdio, detached, habits);
    }

    /// @param pivots the root is changed by pivot_root(2), which the initial ramdisk as the host's root does not
    ///     allow; otherwise by moving the new root's mount and chroot(2)
    /// @param newKeyring the process joins a session keyring of its own
    /// @param attended the shim goes when this process has gone: no later runtime takes it over
    public record Habits(boolean pivots, boolean newKeyring, boolean attended) {
        public static final Habits USUAL = new Habits(true, true, false);
    }
}
