package io.crij.oci.runtime;

import static io.crij.linux.abi.MountFlags.MS_REC;
import static io.crij.linux.abi.MountFlags.MS_SLAVE;

import io.crij.oci.program.Operand.Register;
import io.crij.oci.spec.Mount;
import io.crij.oci.spec.MountOptions;
import java.util.LinkedHashMap;
import java.util.Map;

/// What the shim does with the host's rights for a process in a user namespace, which could not reach it: the root
/// file system and the sources of bind mounts are opened, as mounts that are not attached yet.
final class Preparation {
    private final Setup setup;
    private final Map<Mount, Register> sources = new LinkedHashMap<>();

    Preparation(Setup setup) {
        this.setup = setup;
    }

    Map<Mount, Register> sources() {
        return sources;
    }

    void run() throws OciException {
        new RootMount(setup).makeOutside();
        var binds = new BindSources(setup);
        for (Mount mount : setup.spec.mounts()) {
            MountOptions options = MountOptions.of(mount);
            if (options.bind() || "bind".equals(mount.type()) || "rbind".equals(mount.type())) {
                Register made = setup.p.register("source:" + mount.destination());
                binds.open(mount, options, made);
                // it comes out of the host's mount namespace, where it may be shared
                setup.steps.setAttributes(
                        "stop " + mount.destination() + " from showing on the host", made, true, 0, 0, MS_SLAVE);
                sources.put(mount, made);
            }
        }
    }

    static boolean recursive(Mount mount, MountOptions options) {
        return "rbind".equals(mount.type()) || (options.flags() & MS_REC) != 0;
    }
}
