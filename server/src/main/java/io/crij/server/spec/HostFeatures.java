package io.crij.server.spec;

import io.crij.linux.CgroupTree;
import io.crij.linux.ErrnoException;
import io.crij.linux.KernelFeatures;
import java.nio.file.Files;
import java.nio.file.Path;

/// What this host has that containers may ask for. Read once at start.
///
/// @param cgroupV2 whether every controller is in the version 2 tree
/// @param hugetlb whether there is a hugetlb controller
/// @param swap whether swap can be limited
/// @param idmapped whether the root file system of a container can be mapped into a user namespace
/// @param appArmor whether profiles are enforced
/// @param selinux whether labels are enforced
public record HostFeatures(
        boolean cgroupV2, boolean hugetlb, boolean swap, boolean idmapped, boolean appArmor, boolean selinux) {
    public static HostFeatures read() throws ErrnoException {
        var kernel = KernelFeatures.probe();
        var cgroups = CgroupTree.detect();
        var memory = cgroups.with("memory");
        boolean v1Swap =
                memory.isPresent() && Files.exists(Path.of(memory.get().mountPoint(), "memory.memsw.limit_in_bytes"));
        boolean v2 = cgroups.mode() == CgroupTree.Mode.V2;
        return new HostFeatures(
                v2,
                cgroups.with("hugetlb").isPresent(),
                v2 || v1Swap,
                kernel.idmappedOverlay() && kernel.userNamespaces(),
                kernel.appArmor(),
                kernel.seLinux());
    }
}
