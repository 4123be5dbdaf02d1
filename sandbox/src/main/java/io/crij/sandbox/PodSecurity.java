package io.crij.sandbox;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// Security settings of the pod (api.proto LinuxSandboxSecurityContext). Users and groups concern its pause process.
public record PodSecurity(
        boolean privileged,
        @Nullable Long runAsUser,
        @Nullable Long runAsGroup,
        List<Long> supplementalGroups,
        boolean readonlyRootfs,
        @Nullable SecurityProfile seccomp,
        @Nullable SecurityProfile apparmor,
        @Nullable SelinuxLabel selinux) {
    public PodSecurity {
        supplementalGroups = List.copyOf(supplementalGroups);
    }

    /// Nothing asked for.
    public static PodSecurity none() {
        return new PodSecurity(false, null, null, List.of(), false, null, null, null);
    }
}
