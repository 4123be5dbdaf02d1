package io.crij.oci.runtime;

import io.crij.linux.OverlayLayers;
import io.crij.oci.cgroup.CgroupHost;
import io.crij.oci.cgroup.CgroupLayout;
import io.crij.oci.program.Init;
import io.crij.oci.seccomp.SeccompCompiler;
import io.crij.oci.spec.SpecValidator;
import java.util.Optional;
import java.util.function.Supplier;

/// What a runtime has once and every verb uses.
///
/// @param user whose runtime this is; empty for root
record Toolbox(
        Init init,
        UserNamespaces userNamespaces,
        SpareNetwork spareNetwork,
        Readiness readiness,
        Reaper reaper,
        Privileges privileges,
        Labels labels,
        CgroupHost cgroups,
        CgroupLayout layout,
        Supplier<OverlayLayers> overlayLayers,
        SeccompCompiler seccomp,
        SpecValidator validator,
        SystemdOnDemand systemd,
        Optional<OrdinaryUser> user) {}
