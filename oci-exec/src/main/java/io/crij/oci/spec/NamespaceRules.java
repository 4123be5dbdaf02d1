package io.crij.oci.spec;

import io.crij.oci.runtime.OciException.InvalidSpec;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Namespaces, and what needs one of the container's own.
final class NamespaceRules {
    private NamespaceRules() {}

    static void check(Spec spec, List<String> warnings) throws InvalidSpec {
        Linux linux = spec.linux();
        Set<Namespace.Type> seen = EnumSet.noneOf(Namespace.Type.class);
        for (int i = 0; i < linux.namespaces().size(); i++) {
            Namespace namespace = linux.namespaces().get(i);
            String path = "linux.namespaces[" + i + "]";
            if (!seen.add(namespace.type())) {
                throw new InvalidSpec(path + ".type", namespace.type().toString(), "is there twice");
            }
            @Nullable String file = namespace.path();
            if (file != null) {
                Rule.absolute(path + ".path", file);
            }
        }
        users(linux, warnings);
        time(linux);
        devices(linux);
    }

    private static void users(Linux linux, List<String> warnings) throws InvalidSpec {
        boolean mapped = !linux.uidMappings().isEmpty() || !linux.gidMappings().isEmpty();
        Rule.mappings("linux.uidMappings", linux.uidMappings());
        Rule.mappings("linux.gidMappings", linux.gidMappings());
        if (linux.creates(Namespace.Type.USER)) {
            if (linux.uidMappings().isEmpty() || linux.gidMappings().isEmpty()) {
                throw new InvalidSpec(
                        linux.uidMappings().isEmpty() ? "linux.uidMappings" : "linux.gidMappings",
                        "absent",
                        "a new user namespace needs mappings of users and of groups");
            }
        } else if (mapped && linux.namespace(Namespace.Type.USER).isEmpty()) {
            throw new InvalidSpec("linux.uidMappings", "present", "mappings need a user namespace in linux.namespaces");
        } else if (mapped) {
            warnings.add("linux.uidMappings: the user namespace that is joined has its own mappings; these are used for"
                    + " mounts only");
        }
    }

    private static void time(Linux linux) throws InvalidSpec {
        if (linux.timeOffsets().isEmpty()) {
            return;
        }
        if (!linux.creates(Namespace.Type.TIME)) {
            throw new InvalidSpec("linux.timeOffsets", "present", "needs a new time namespace in linux.namespaces");
        }
        for (var entry : linux.timeOffsets().entrySet()) {
            String path = "linux.timeOffsets." + entry.getKey();
            if (!entry.getKey().equals("monotonic") && !entry.getKey().equals("boottime")) {
                throw new InvalidSpec(path, entry.getKey(), "must be monotonic or boottime");
            }
            Rule.between(path + ".nanosecs", entry.getValue().nanosecs(), 0, 999_999_999);
        }
    }

    private static void devices(Linux linux) throws InvalidSpec {
        if (!linux.netDevices().isEmpty()
                && linux.namespace(Namespace.Type.NETWORK).isEmpty()) {
            throw new InvalidSpec("linux.netDevices", "present", "needs a network namespace in linux.namespaces");
        }
        Set<String> names = new HashSet<>();
        for (var entry : linux.netDevices().entrySet()) {
            String path = "linux.netDevices." + entry.getKey();
            deviceName(path, entry.getKey());
            String name = entry.getValue().nameOr(entry.getKey());
            // a number takes the place of %d in a template
            deviceName(path + ".name", name.replaceFirst("%d", "0"));
            if (!names.add(name) && !name.contains("%d")) {
                throw new InvalidSpec(path + ".name", name, "is the name of another device of linux.netDevices too");
            }
        }
    }

    /// `dev_valid_name` of the kernel.
    private static void deviceName(String path, String name) throws InvalidSpec {
        if (!name.matches("[^\\s/:%]{1,15}") || name.equals(".") || name.equals("..")) {
            throw new InvalidSpec(path, '"' + name + '"', "is not a name that a network device can have");
        }
    }
}
