package io.crij.oci.spec;

import io.crij.oci.runtime.OciException.InvalidSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Kernel parameters may be set only where they belong to a namespace of the container: else they are the host's.
final class SysctlRules {
    private static final Set<String> IPC = Set.of(
            "kernel.msgmax",
            "kernel.msgmnb",
            "kernel.msgmni",
            "kernel.sem",
            "kernel.shmall",
            "kernel.shmmax",
            "kernel.shmmni",
            "kernel.shm_rmid_forced",
            "kernel.msg_next_id",
            "kernel.sem_next_id",
            "kernel.shm_next_id",
            "kernel.auto_msgmni");

    private SysctlRules() {}

    static void check(Spec spec) throws InvalidSpec {
        for (String key : spec.linux().sysctl().keySet()) {
            String path = "linux.sysctl[\"" + key + "\"]";
            List<String> parts = parts(key);
            if (parts.stream().anyMatch(part -> part.isEmpty() || part.equals("..") || part.equals("."))) {
                throw new InvalidSpec(path, key, "is not the name of a kernel parameter");
            }
            Rule.noZero(path, key);
            Namespace.Type owner = owner(String.join(".", parts))
                    .orElseThrow(() ->
                            new InvalidSpec(path, key, "belongs to no namespace, so setting it would change the host"));
            if (owner == Namespace.Type.UTS && key.endsWith("hostname") && spec.hostname() != null) {
                throw new InvalidSpec(path, key, "contradicts hostname; set one of them");
            }
            Namespace namespace = spec.linux()
                    .namespace(owner)
                    .orElseThrow(() -> new InvalidSpec(
                            path, key, "would change the host: add the " + owner + " namespace to linux.namespaces"));
            if (isOurs(namespace)) {
                throw new InvalidSpec(
                        path, key, "would change the host: " + namespace.path() + " is its " + owner + " namespace");
            }
        }
    }

    /// The folders and the file below `/proc/sys`. As sysctl(8) has it, whichever of `.` and `/` comes first separates.
    static List<String> parts(String key) {
        int dot = key.indexOf('.');
        int slash = key.indexOf('/');
        boolean slashes = slash >= 0 && (dot < 0 || slash < dot);
        return Arrays.asList(key.split(slashes ? "/" : "\\.", -1)).stream()
                // a dot inside a name, such as that of eth0.1, is written as a slash between dots
                .map(part -> slashes ? part : part.replace('/', '.'))
                .toList();
    }

    private static Optional<Namespace.Type> owner(String name) {
        if (name.startsWith("net.")) {
            return Optional.of(Namespace.Type.NETWORK);
        }
        if (name.startsWith("fs.mqueue.") || IPC.contains(name)) {
            return Optional.of(Namespace.Type.IPC);
        }
        if (name.equals("kernel.domainname") || name.equals("kernel.hostname")) {
            return Optional.of(Namespace.Type.UTS);
        }
        return Optional.empty();
    }

    /// Whether a path leads to the namespace that this runtime itself is in.
    private static boolean isOurs(Namespace namespace) {
        String path = namespace.path();
        if (path == null) {
            return false;
        }
        try {
            return Files.isSameFile(
                    Path.of(path), Path.of("/proc/self/ns/" + namespace.type().file()));
        } catch (IOException _) {
            return false; // does not exist: joining it will say so
        }
    }
}
