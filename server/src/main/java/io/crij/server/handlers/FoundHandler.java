package io.crij.server.handlers;

import io.crij.server.config.Config;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/// A handler of the configuration and what was found out about it.
///
/// @param program empty for the built-in executor, and when it was not found
/// @param problem why pods cannot use it, and what to do; empty when they can
/// @param version as it says itself; empty when it does not
/// @param recursiveReadOnly whether it makes mounts read-only with all that is mounted below
/// @param userNamespaces whether pods may have user namespaces of their own
public record FoundHandler(
        String name,
        Config.Handler settings,
        Optional<Path> program,
        String problem,
        String version,
        boolean recursiveReadOnly,
        boolean userNamespaces) {
    /// Whether its pods have a sandbox that it makes itself.
    public boolean makesSandboxes() {
        return switch (settings.type()) {
            case BUILTIN -> false;
            case SHIM_V2 -> true;
            case OCI -> program.isPresent() && settings.dialectOf(program.get()) == Config.Handler.Dialect.GVISOR;
        };
    }

    public boolean usable() {
        return problem.isEmpty();
    }

    /// Why a pod cannot be run now. A program may come and go while this server runs.
    public String problemNow() {
        if (program.isPresent() && !Files.isExecutable(program.get())) {
            return program.get() + " is not there any more; install it again";
        }
        return problem;
    }
}
