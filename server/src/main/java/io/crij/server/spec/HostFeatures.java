package io.crij.server.spec;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// What this host has that containers may ask for. Read once at start.
///
/// @param cgroupV2 whether every controller is in the version 2 tree
/// @param hugetlb whether there is a hugetlb controller
/// @param swap whether swap can be limited
/// @param appArmor whether profiles are enforced
/// @param selinux whether labels are enforced
/// @param seccomp whether filters can be loaded
public record HostFeatures(
        boolean cgroupV2, boolean hugetlb, boolean swap, boolean appArmor, boolean selinux, boolean seccomp) {
    public static HostFeatures read() {
        boolean v2 = Files.exists(Path.of("/sys/fs/cgroup/cgroup.controllers"));
        return new HostFeatures(
                v2,
                v2 ? words("/sys/fs/cgroup/cgroup.controllers").contains("hugetlb") : Files.isDirectory(Path.of("/sys/fs/cgroup/hugetlb")),
                v2 || Files.exists(Path.of("/sys/fs/cgroup/memory/memory.memsw.limit_in_bytes")),
                text("/sys/module/apparmor/parameters/enabled").startsWith("Y"),
                Files.exists(Path.of("/sys/fs/selinux/enforce")),
                Files.exists(Path.of("/proc/sys/kernel/seccomp")));
    }

    private static java.util.List<String> words(String file) {
        return java.util.List.of(text(file).strip().split("\\s+"));
    }

    private static String text(String file) {
        try {
            return Files.readString(Path.of(file));
        } catch (IOException e) {
            return "";
        }
    }
}
