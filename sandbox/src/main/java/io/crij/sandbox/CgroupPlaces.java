package io.crij.sandbox;

import io.crij.linux.systemd.ScopeName;

/// Where the cgroup of a container, or of a pod's pause, is below the pod's. Records have paths, whoever makes the
/// cgroup; which driver made a pod can be told from its parent, so that pods outlive a change of the driver.
public final class CgroupPlaces {
    private static final String SLICE = ".slice";

    private CgroupPlaces() {}

    /// @param parent path, as `/kubepods/podUID` or `/kubepods.slice/kubepods-podUID.slice`
    /// @return path
    static String of(String parent, String id) {
        return parent.endsWith(SLICE)
                ? ScopeName.of(parent.substring(parent.lastIndexOf('/') + 1), id)
                        .path()
                : parent + "/" + id;
    }

    /// As `linux.cgroupsPath` says it: for systemd `slice:prefix:name`.
    public static String cgroupsPath(String path) {
        return ScopeName.ofPath(path).map(ScopeName::cgroupsPath).orElse(path);
    }

    /// The other way.
    ///
    /// @throws IllegalArgumentException when it is meant for systemd but is no scope
    public static String path(String cgroupsPath) {
        return ScopeName.isMeantBy(cgroupsPath) ? ScopeName.parse(cgroupsPath).path() : cgroupsPath;
    }
}
