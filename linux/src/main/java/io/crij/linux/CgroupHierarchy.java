package io.crij.linux;

import java.util.Set;

/// A mounted cgroup hierarchy.
///
/// @param controllers of v1: those joined in it, or `name=systemd` and the like; of v2: those in
/// `cgroup.controllers` of its root
/// @param mountPoint where its root, or what of it is visible, is mounted
/// @param mountRoot the cgroup that is seen at `mountPoint`; not `/` inside a container
/// @param ownPath this process's cgroup as `/proc/self/cgroup` has it
public record CgroupHierarchy(
        boolean unified, Set<String> controllers, String mountPoint, String mountRoot, String ownPath) {

    /// The folder of a cgroup.
    ///
    /// @param cgroup absolute, such as `/crij/abc`
    public String folder(String cgroup) {
        String below =
                mountRoot.equals("/") || !isBelow(cgroup, mountRoot) ? cgroup : cgroup.substring(mountRoot.length());
        return below.isEmpty() || below.equals("/") ? mountPoint : mountPoint + below;
    }

    /// The folder of this process's cgroup.
    public String ownFolder() {
        return folder(ownPath);
    }

    private static boolean isBelow(String path, String ancestor) {
        return path.equals(ancestor) || path.startsWith(ancestor + "/");
    }
}
