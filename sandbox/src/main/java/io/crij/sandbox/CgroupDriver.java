package io.crij.sandbox;

/// Who makes the cgroups of pods.
public enum CgroupDriver {
    /// We do, in the file system; parents are paths.
    CGROUPFS,
    /// systemd does, scopes in slices; parents are slices.
    SYSTEMD
}
