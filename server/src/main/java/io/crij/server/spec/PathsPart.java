package io.crij.server.spec;

import io.crij.oci.spec.Root;
import io.crij.oci.spec.Spec;

/// The root file system's mode, and paths that are hidden or read-only. A privileged container sees all.
final class PathsPart implements Part {
    @Override
    public Spec add(Wanted wanted, Spec spec) {
        var security = wanted.security();
        return spec.with(s -> {
            s.root = new Root("rootfs", wanted.readonlyRootfs());
            if (!wanted.privileged()) {
                s.linux = s.linux.with(l -> {
                    l.maskedPaths = security.getMaskedPathsList();
                    l.readonlyPaths = security.getReadonlyPathsList();
                });
            }
        });
    }
}
