package io.crij.oci.runtime;

import static io.crij.linux.abi.MountFlags.MS_REC;
import static io.crij.linux.abi.MountFlags.MS_SHARED;
import static io.crij.linux.abi.MountFlags.MS_SLAVE;

import io.crij.oci.program.Operand.Register;
import io.crij.oci.spec.Mount;
import io.crij.oci.spec.MountOptions;
import java.util.IdentityHashMap;
import java.util.Map;

/// Mounts that are made, but not attached yet, before their turn: what is to be bound would be out of reach by then, or
/// no longer shared with the host.
final class Preparation {
    private final Setup setup;
    private final Map<Mount, Register> sources = new IdentityHashMap<>();

    Preparation(Setup setup) {
        this.setup = setup;
    }

    Map<Mount, Register> sources() {
        return sources;
    }

    /// What the shim does with the host's rights for a process in a user namespace, which could not reach it: the root
    /// file system and the sources of all bind mounts.
    void forUserNamespace() throws OciException {
        new RootMount(setup).makeOutside();
        for (Mount mount : setup.spec.mounts()) {
            if (mount.isBind()) {
                Register made = open(mount);
                // it comes out of the host's mount namespace, where it may be shared
                setup.steps.setAttributes(
                        "stop " + mount.destination() + " from showing on the host", made, true, 0, 0, MS_SLAVE);
            }
        }
    }

    /// What is to show on the host: the mount that the root is attached on stops to be shared, and what is bound may
    /// lie on the same.
    void keepShared() throws OciException {
        for (Mount mount : setup.spec.mounts()) {
            boolean shared = MountOptions.of(mount).propagation().stream().anyMatch(type -> (type & MS_SHARED) != 0);
            if (shared && mount.isBind() && !sources.containsKey(mount)) {
                open(mount);
            }
        }
    }

    private Register open(Mount mount) throws OciException {
        Register made = setup.p.register("source:" + mount.destination());
        new BindSources(setup).open(mount, MountOptions.of(mount), made);
        sources.put(mount, made);
        return made;
    }

    static boolean recursive(Mount mount, MountOptions options) {
        return "rbind".equals(mount.type()) || (options.flags() & MS_REC) != 0;
    }
}
