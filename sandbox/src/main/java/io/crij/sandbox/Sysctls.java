package io.crij.sandbox;

import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/// Which kernel parameters a pod may set: those that belong to a namespace of its own, so that no other pod sees them
/// (the allow-list of Kubernetes: kernel.shm*, kernel.msg*, kernel.sem, fs.mqueue.*, net.*).
final class Sysctls {
    private static final String PING_GROUPS = "net.ipv4.ping_group_range";

    private static final Pattern NAME = Pattern.compile("[\\w*-]+([./][\\w*-]+)*");

    private final Map<String, String> defaults;

    /// @param defaults set where the pod has the namespace; the request wins
    Sysctls(Map<String, String> defaults) {
        this.defaults = Map.copyOf(defaults);
    }

    /// All that is to be set, by name with dots.
    Map<String, String> of(PodConfig config) throws SandboxException.Invalid {
        var all = new TreeMap<String, String>();
        defaults.forEach((name, value) -> {
            if (needed(name) instanceof Needed.Namespace need && need.of(config.namespaces()) == NamespaceMode.POD) {
                all.put(name, fitting(name, value, config.namespaces()));
            }
        });
        for (var entry : config.sysctls().entrySet()) {
            String name = dotted(entry.getKey());
            check(name, entry.getValue(), config.namespaces());
            all.put(name, entry.getValue());
        }
        return all;
    }

    private static void check(String name, String value, PodNamespaceModes modes) throws SandboxException.Invalid {
        String field = "linux.sysctls[" + name + "]";
        // the name becomes a path below /proc/sys, with dots and slashes exchanged
        if (!NAME.matcher(name).matches() || value.indexOf('\0') >= 0) {
            throw new SandboxException.Invalid(field, value, "is not the name of a kernel parameter");
        }
        switch (needed(name)) {
            case Needed.Nothing _ ->
                throw new SandboxException.Invalid(
                        field,
                        value,
                        "is not a parameter of a pod's own namespaces (kernel.shm*, kernel.msg*, kernel.sem, fs.mqueue.*, "
                                + "net.*); set it on the node");
            case Needed.Namespace need -> {
                if (need.of(modes) != NamespaceMode.POD) {
                    throw new SandboxException.Invalid(
                            field,
                            value,
                            "would change the host, because the pod uses the host's "
                                    + need.name().toLowerCase(java.util.Locale.ROOT)
                                    + " namespace; remove it, or use a namespace of the pod");
                }
            }
        }
    }

    private sealed interface Needed {
        record Nothing() implements Needed {}

        enum Namespace implements Needed {
            NETWORK,
            IPC;

            NamespaceMode of(PodNamespaceModes modes) {
                return this == NETWORK ? modes.network() : modes.ipc();
            }
        }
    }

    private static Needed needed(String name) {
        if (name.startsWith("net.")) {
            return Needed.Namespace.NETWORK;
        }
        if (name.startsWith("kernel.shm")
                || name.startsWith("kernel.msg")
                || name.equals("kernel.sem")
                || name.startsWith("fs.mqueue.")) {
            return Needed.Namespace.IPC;
        }
        return new Needed.Nothing();
    }

    /// `net/ipv4/conf/eth0.1/forwarding` is the other form, where dots and slashes have changed places (sysctl(8)).
    private static String dotted(String name) {
        int dot = name.indexOf('.');
        int slash = name.indexOf('/');
        if (slash < 0 || (dot >= 0 && dot < slash)) {
            return name;
        }
        return name.replace('.', '\0').replace('/', '.').replace('\0', '/');
    }

    /// The kernel refuses groups that the user namespace does not have.
    private static String fitting(String name, String value, PodNamespaceModes modes) {
        if (!name.equals(PING_GROUPS) || !modes.userNamespace()) {
            return value;
        }
        return "0 " + (modes.gidMappings().getFirst().length() - 1);
    }
}
