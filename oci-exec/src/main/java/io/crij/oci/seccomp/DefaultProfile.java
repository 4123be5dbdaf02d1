package io.crij.oci.seccomp;

import io.crij.oci.spec.Seccomp;
import java.util.Set;

/// The filter that a container gets when its profile is `RuntimeDefault`.
public final class DefaultProfile {
    /// The profile for a container with these capabilities in its bounding set, on this machine.
    ///
    /// @param names such as `CAP_SYS_ADMIN`
    public Seccomp forCapabilities(Set<String> names) {
        throw new UnsupportedOperationException(names.toString());
    }
}
