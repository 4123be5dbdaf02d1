package io.crij.server.spec;

import io.crij.cri.v1.IDMapping;
import io.crij.cri.v1.Mount;
import io.crij.cri.v1.MountPropagation;
import io.crij.oci.spec.IdMapping;
import io.crij.oci.spec.Spec;
import io.crij.sandbox.SandboxException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

/// The mounts of the request: folders and files of the host, and images as volumes. Shallow ones come first, so that a
/// mount below another one is not covered by it.
final class RequestMountsPart implements Part {
    private static final Set<String> MOUNT_OPTIONS = Set.of("noexec", "nodev", "nosuid");

    private final HostSources sources = new HostSources();

    @Override
    public Spec add(Wanted wanted, Spec spec) throws SandboxException {
        var mounts = new ArrayList<io.crij.oci.spec.Mount>();
        for (var mount : sorted(wanted.config().getMountsList())) {
            check(mount);
            if (mount.getRecursiveReadOnly() && !wanted.runtime().recursiveReadOnly()) {
                throw new SandboxException.RecursiveReadOnlyUnsupported("config.mounts[" + mount.getContainerPath()
                        + "].recursive_read_only: runtime handler "
                        + wanted.runtime().name()
                        + " cannot make mounts read-only with all that is mounted below");
            }
            mounts.add(mount.hasImage() ? ImageVolumes.mount(wanted, mount) : bind(wanted, mount));
        }
        var propagation = rootPropagation(wanted.config().getMountsList());
        return spec.with(s -> {
            s.mounts.addAll(mounts);
            s.linux = s.linux.with(l -> l.rootfsPropagation = propagation);
        });
    }

    private static List<Mount> sorted(List<Mount> mounts) {
        return mounts.stream()
                .sorted(Comparator.comparingInt(mount -> ContainerPath.depth(mount.getContainerPath())))
                .toList();
    }

    private io.crij.oci.spec.Mount bind(Wanted wanted, Mount mount) throws SandboxException {
        var source = sources.resolve(
                mount.getHostPath(), wanted.settings().containers().rejectAbsentMountSources());
        var options = new ArrayList<String>(List.of("rbind"));
        options.add(
                switch (mount.getPropagation()) {
                    case PROPAGATION_PRIVATE -> "rprivate";
                    case PROPAGATION_HOST_TO_CONTAINER -> {
                        MountTable.read().requireShared(source, true);
                        yield "rslave";
                    }
                    case PROPAGATION_BIDIRECTIONAL -> {
                        MountTable.read().requireShared(source, false);
                        yield "rshared";
                    }
                    case UNRECOGNIZED ->
                        throw invalid(mount, "propagation", "" + mount.getPropagationValue(), "unknown propagation");
                });
        options.add(mount.getRecursiveReadOnly() ? "rro" : mount.getReadonly() ? "ro" : "rw");
        options.addAll(mount.getMountOptionsList());
        return new io.crij.oci.spec.Mount(
                ContainerPath.clean(mount.getContainerPath()),
                "bind",
                source.toString(),
                options,
                mappings(mount.getUidMappingsList()),
                mappings(mount.getGidMappingsList()));
    }

    private static void check(Mount mount) throws SandboxException {
        if (mount.getContainerPath().isEmpty()) {
            throw invalid(mount, "container_path", "", "a mount needs a path in the container");
        }
        if (ContainerPath.clean(mount.getContainerPath()).equals("/")) {
            throw invalid(mount, "container_path", mount.getContainerPath(), "the root itself cannot be mounted over");
        }
        for (var option : mount.getMountOptionsList()) {
            if (!MOUNT_OPTIONS.contains(option)) {
                throw invalid(mount, "mount_options", option, "must be one of noexec, nodev, nosuid");
            }
        }
        if (mount.getRecursiveReadOnly() && !mount.getReadonly()) {
            throw invalid(mount, "recursive_read_only", "true", "needs readonly too");
        }
        if (mount.getRecursiveReadOnly() && mount.getPropagation() != MountPropagation.PROPAGATION_PRIVATE) {
            throw invalid(mount, "recursive_read_only", "true", "needs PROPAGATION_PRIVATE");
        }
        if (mount.getUidMappingsCount() == 0 != (mount.getGidMappingsCount() == 0)) {
            throw invalid(mount, "uidMappings", "", "uid and gid mappings must be given together");
        }
    }

    /// Mounts that travel need a root that lets them; the root is private otherwise.
    private static String rootPropagation(List<Mount> mounts) {
        if (any(mounts, MountPropagation.PROPAGATION_BIDIRECTIONAL)) {
            return "rshared";
        }
        return any(mounts, MountPropagation.PROPAGATION_HOST_TO_CONTAINER) ? "rslave" : "rprivate";
    }

    private static boolean any(List<Mount> mounts, MountPropagation propagation) {
        return mounts.stream().anyMatch(mount -> mount.getPropagation() == propagation);
    }

    private static List<IdMapping> mappings(List<IDMapping> mappings) {
        return mappings.stream()
                .map(m -> new IdMapping(
                        Integer.toUnsignedLong(m.getContainerId()),
                        Integer.toUnsignedLong(m.getHostId()),
                        Integer.toUnsignedLong(m.getLength())))
                .toList();
    }

    private static SandboxException invalid(Mount mount, String field, String value, String reason) {
        return new SandboxException.Invalid("config.mounts[" + mount.getContainerPath() + "]." + field, value, reason);
    }
}
