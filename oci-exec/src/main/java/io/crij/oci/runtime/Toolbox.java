package io.crij.oci.runtime;

import io.crij.oci.cgroup.CgroupHost;
import io.crij.oci.cgroup.CgroupLayout;
import io.crij.oci.program.Init;
import io.crij.oci.seccomp.SeccompCompiler;
import io.crij.oci.spec.SpecValidator;

/// What a runtime has once and every verb uses.
record Toolbox(
        Init init,
        UserNamespaces userNamespaces,
        Readiness readiness,
        Reaper reaper,
        Privileges privileges,
        CgroupHost cgroups,
        CgroupLayout layout,
        SeccompCompiler seccomp,
        SpecValidator validator) {}
