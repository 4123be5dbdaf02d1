package io.crij.oci.runtime;

import io.crij.oci.program.Operand.Register;
import io.crij.oci.runtime.OciException.InvalidSpec;
import io.crij.oci.spec.Mount;
import io.crij.oci.spec.MountOptions;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// Copies of what is to be bound, with their owners mapped where that is asked for.
final class BindSources {
    private final Setup setup;

    BindSources(Setup setup) {
        this.setup = setup;
    }

    void open(Mount mount, MountOptions options, Register into) throws InvalidSpec {
        @Nullable String source = mount.source();
        if (source == null || source.isEmpty()) {
            throw new InvalidSpec("mounts", mount.destination(), "a bind mount needs a source");
        }
        Path path = setup.request.bundle().resolve(source);
        setup.steps.copyTree(about(mount), Abi.CWD, path.toString(), Preparation.recursive(mount, options), into);
        @Nullable Integer mapping = setup.mappings.get(mount);
        if (mapping != null) {
            boolean deep = options.idmap() == MountOptions.Idmap.RECURSIVE;
            setup.steps.mapOwners("map the owners of " + mount.destination(), into, deep, mapping);
        }
    }

    static String about(Mount mount) {
        return "bind " + mount.source() + " at " + mount.destination();
    }
}
