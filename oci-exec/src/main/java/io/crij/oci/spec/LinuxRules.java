package io.crij.oci.spec;

import io.crij.oci.runtime.OciException.InvalidSpec;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The rest of the Linux part.
final class LinuxRules {
    private static final Set<String> PROPAGATION =
            Set.of("shared", "rshared", "slave", "rslave", "private", "rprivate", "unbindable", "runbindable");

    private LinuxRules() {}

    static void check(Spec spec, List<String> warnings) throws InvalidSpec {
        Linux linux = spec.linux();
        for (int i = 0; i < linux.devices().size(); i++) {
            device(linux.devices().get(i), "linux.devices[" + i + "]");
        }
        paths("linux.maskedPaths", linux.maskedPaths());
        paths("linux.readonlyPaths", linux.readonlyPaths());
        boolean ownMounts = linux.namespace(Namespace.Type.MOUNT).isPresent();
        if (!ownMounts
                && !(linux.maskedPaths().isEmpty() && linux.readonlyPaths().isEmpty())) {
            warnings.add("linux.maskedPaths: masked and read-only paths need a mount namespace; left out");
        }
        @Nullable String propagation = linux.rootfsPropagation();
        if (propagation != null && !propagation.isEmpty() && !PROPAGATION.contains(propagation)) {
            throw new InvalidSpec(
                    "linux.rootfsPropagation",
                    '"' + propagation + '"',
                    "must be shared, slave, private or unbindable, or one of them with r in front");
        }
        Linux.@Nullable Personality personality = linux.personality();
        if (personality != null && !personality.flags().isEmpty()) {
            throw new InvalidSpec(
                    "linux.personality.flags", personality.flags().toString(), "the specification defines none");
        }
        @Nullable MemoryPolicy policy = linux.memoryPolicy();
        if (policy != null) {
            memoryPolicy(policy);
        }
        Linux.@Nullable IntelRdt rdt = linux.intelRdt();
        if (rdt != null) {
            intelRdt(rdt);
        }
    }

    private static void device(Device device, String path) throws InvalidSpec {
        Rule.absolute(path + ".path", device.path());
        switch (device.type()) {
            case ALL -> throw new InvalidSpec(path + ".type", "a", "must be b, c, u or p");
            case BLOCK, CHARACTER, UNBUFFERED -> {
                // the kernel's dev_t has 12 and 20 bits
                Rule.between(path + ".major", device.major(), 0, 0xfff);
                Rule.between(path + ".minor", device.minor(), 0, 0xfffff);
            }
            case FIFO -> {
                // has no numbers; some writers give it some all the same
            }
        }
        @Nullable Integer mode = device.fileMode();
        if (mode != null) {
            // writers in Go may put the type's bits in as well
            Rule.between(path + ".fileMode", mode, 0, 0177777);
        }
        id(path + ".uid", device.uid());
        id(path + ".gid", device.gid());
    }

    private static void id(String path, @Nullable Long id) throws InvalidSpec {
        if (id != null) {
            Rule.between(path, id, 0, Rule.HIGHEST_ID);
        }
    }

    private static void paths(String path, List<String> paths) throws InvalidSpec {
        for (int i = 0; i < paths.size(); i++) {
            Rule.absolute(path + "[" + i + "]", paths.get(i));
        }
    }

    /// set_mempolicy(2).
    private static void memoryPolicy(MemoryPolicy policy) throws InvalidSpec {
        String path = "linux.memoryPolicy";
        @Nullable String nodes = policy.nodes();
        boolean given = nodes != null && !nodes.isEmpty();
        switch (policy.mode()) {
            case MPOL_DEFAULT, MPOL_LOCAL -> {
                if (given) {
                    throw new InvalidSpec(path + ".nodes", '"' + nodes + '"', policy.mode() + " takes no nodes");
                }
                if (!policy.flags().isEmpty()) {
                    throw new InvalidSpec(path + ".flags", policy.flags().toString(), policy.mode() + " takes none");
                }
            }
            case MPOL_BIND, MPOL_INTERLEAVE, MPOL_PREFERRED_MANY, MPOL_WEIGHTED_INTERLEAVE -> {
                if (!given) {
                    throw new InvalidSpec(path + ".nodes", "absent", policy.mode() + " needs nodes");
                }
            }
            case MPOL_PREFERRED -> {
                // without nodes: the one of the processor
            }
        }
        if (nodes != null && given) {
            Rule.list(path + ".nodes", nodes);
        }
        if (policy.flags().contains(MemoryPolicy.Flag.MPOL_F_STATIC_NODES)
                && policy.flags().contains(MemoryPolicy.Flag.MPOL_F_RELATIVE_NODES)) {
            throw new InvalidSpec(path + ".flags", policy.flags().toString(), "static and relative exclude each other");
        }
    }

    private static void intelRdt(Linux.IntelRdt rdt) throws InvalidSpec {
        @Nullable String id = rdt.closID();
        if (id != null && (id.isEmpty() || id.contains("/") || id.equals(".") || id.equals(".."))) {
            throw new InvalidSpec("linux.intelRdt.closID", '"' + id + '"', "must be the name of a folder");
        }
        for (int i = 0; i < rdt.schemata().size(); i++) {
            if (rdt.schemata().get(i).contains("\n")) {
                throw new InvalidSpec(
                        "linux.intelRdt.schemata[" + i + "]", rdt.schemata().get(i), "must be one line");
            }
        }
    }
}
