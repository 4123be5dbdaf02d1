package io.crij.oci.runtime;

import io.crij.linux.ErrnoException;
import io.crij.linux.Self;
import io.crij.oci.cgroup.CgroupFolders;
import io.crij.oci.cgroup.CgroupLayout;
import io.crij.oci.cgroup.Delegation;
import io.crij.oci.runtime.OciException.InvalidSpec;
import io.crij.oci.runtime.OciException.Unsupported;
import io.crij.oci.spec.IdMapping;
import io.crij.oci.spec.Linux;
import io.crij.oci.spec.LinuxResources;
import io.crij.oci.spec.Namespace;
import io.crij.oci.spec.Namespace.Type;
import io.crij.oci.spec.Spec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What is different when this process is an ordinary user's ("rootless"). Its containers are in user namespaces. The
/// shim goes into the namespace first and is root there, so that all that follows is as it is for root; but cgroups are
/// where they were delegated or nowhere, devices are the host's own, bound, and the shim stays the user's.
final class OrdinaryUser {
    /// Settings that forbid user namespaces, with the value that does.
    private static final Map<String, String> FORBIDDING = Map.of(
            "user/max_user_namespaces", "0",
            "kernel/unprivileged_userns_clone", "0",
            "kernel/apparmor_restrict_unprivileged_userns", "1");

    private final int uid;
    private final int gid;
    private final Delegation delegation;

    private OrdinaryUser(int uid, int gid, Delegation delegation) {
        this.uid = uid;
        this.gid = gid;
        this.delegation = delegation;
    }

    /// Empty for root.
    static Optional<OrdinaryUser> ofSelf() throws ErrnoException {
        int uid = Self.effectiveUid();
        return uid == 0 ? Optional.empty() : Optional.of(new OrdinaryUser(uid, Self.gid(), Delegation.ofSelf()));
    }

    UserMaps maps() {
        return new UserMaps(uid, gid);
    }

    Delegation delegation() {
        return delegation;
    }

    /// The cgroups of a container, if it can have any.
    CgroupFolders cgroups(String id, Spec spec, CgroupLayout layout) throws OciException {
        Linux linux = spec.linux();
        return delegation.place(id, linux.cgroupsPath(), withoutDevices(linux.resources()), layout);
    }

    /// Whether such a user can have such a container, before anything is made.
    static void check(Spec spec) throws InvalidSpec, Unsupported {
        Linux linux = spec.linux();
        if (linux.namespace(Type.USER).isEmpty()) {
            throw new InvalidSpec(
                    "linux.namespaces",
                    linux.namespaces().stream()
                            .map(n -> n.type().toString())
                            .toList()
                            .toString(),
                    "the container of an ordinary user needs a user namespace: begin with oci-exec spec --rootless, or"
                            + " run this as root");
        }
        if (linux.creates(Type.USER)) {
            mapped("linux.uidMappings", linux.uidMappings(), 0);
            mapped("linux.gidMappings", linux.gidMappings(), 0);
            if (spec.process() != null) {
                mapped(
                        "process.user.uid",
                        linux.uidMappings(),
                        spec.process().user().uid());
                mapped(
                        "process.user.gid",
                        linux.gidMappings(),
                        spec.process().user().gid());
            }
        }
        Optional<String> forbids = forbids(Path.of("/proc/sys"));
        if (forbids.isPresent()) {
            throw new Unsupported("linux.namespaces: this host forbids user namespaces to ordinary users: "
                    + forbids.get() + "; its administrator can change that (sysctl), or run this as root");
        }
    }

    private static LinuxResources withoutDevices(LinuxResources resources) {
        return resources.with(r -> r.devices = List.of());
    }

    private static void mapped(String property, List<IdMapping> mappings, long id) throws InvalidSpec {
        boolean mapped = mappings.stream().anyMatch(m -> id >= m.containerID() && id < m.containerID() + m.size());
        if (!mapped) {
            throw new InvalidSpec(property, Long.toString(id), "is not among the ids that are mapped in the container");
        }
    }

    /// @param settings `/proc/sys`
    /// @return the setting that does
    static Optional<String> forbids(Path settings) {
        for (Map.Entry<String, String> setting : FORBIDDING.entrySet()) {
            try {
                String value =
                        Files.readString(settings.resolve(setting.getKey())).strip();
                if (value.equals(setting.getValue())) {
                    return Optional.of(setting.getKey().replace('/', '.') + " is " + value);
                }
            } catch (IOException _) {
                // this kernel has no such setting
            }
        }
        return Optional.empty();
    }

    /// What the program of the container is made from: the shim is in the user namespace already.
    static Spec inside(Spec spec) {
        return spec.with(s -> s.linux = s.linux.with(linux -> {
            linux.namespaces = linux.namespaces.stream()
                    .filter(namespace -> namespace.type() != Type.USER)
                    .toList();
            linux.uidMappings = List.of();
            linux.gidMappings = List.of();
            linux.resources = withoutDevices(linux.resources);
        }));
    }

    /// The user namespace that the shim makes or joins.
    static Namespace namespace(Spec spec) {
        return spec.linux().namespace(Type.USER).orElseThrow();
    }
}
