package io.crij.server.spec;

import io.crij.server.config.Config;
import java.util.List;
import java.util.Map;

/// Which annotations reach a runtime that is another program. Whoever may make pods must not be able to tell such a
/// runtime what to do, unless the configuration says so.
public final class AllowedAnnotations {
    /// What annotations begin with that mean something to a runtime: crun's, gVisor's, Kata's, runc's for systemd.
    private static final List<String> OF_RUNTIMES = List.of(
            "run.oci.",
            "module.wasm.",
            "dev.gvisor.",
            "io.katacontainers.",
            "org.systemd.property.",
            "org.opencontainers.runc.",
            "io.kubernetes.cri-o.");

    private final boolean builtIn;
    private final List<String> patterns;

    private AllowedAnnotations(boolean builtIn, List<String> patterns) {
        this.builtIn = builtIn;
        this.patterns = patterns;
    }

    public static AllowedAnnotations of(Config.Handler handler) {
        return new AllowedAnnotations(handler.type() == Config.Handler.Type.BUILTIN, handler.allowedAnnotations());
    }

    /// @param pod they are the pod's, of which a container gets only what is allowed by name
    void add(Map<String, String> annotations, boolean pod, Map<String, String> target) {
        annotations.forEach((name, value) -> {
            if (allowed(name) || !pod && passes(name)) {
                target.put(name, value);
            }
        });
    }

    /// Whether whose annotations they are gets this one.
    public boolean passes(String name) {
        return builtIn || allowed(name) || OF_RUNTIMES.stream().noneMatch(name::startsWith);
    }

    private boolean allowed(String name) {
        return patterns.stream()
                .anyMatch(pattern -> pattern.endsWith("*")
                        ? name.startsWith(pattern.substring(0, pattern.length() - 1))
                        : name.equals(pattern));
    }
}
