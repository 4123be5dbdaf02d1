package io.crij.e2e;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/// The runtime handlers of the tests, as far as this machine has them.
enum Handler {
    BUILTIN("crij", "", "", Set.of()),
    RUNC("runc", "runc", "", Set.of()),
    CRUN("crun", "crun", "", Set.of()),
    OCI_EXEC("oci-exec", "", "", Set.of()),
    SHIM("shim", "containerd-shim-runc-v2", "", Set.of()),
    // the runsc of Debian 12 knows no network namespace of this kernel: it takes the pod's through the host's stack
    RUNSC(
            "runsc",
            "runsc",
            "\"--network=host\"",
            Set.of(HandlerStep.UPDATE, HandlerStep.STATS, HandlerStep.OUT_OF_MEMORY));

    private final String name;
    private final String program;
    private final String options;
    private final Set<HandlerStep> cannot;

    /// @param program empty: part of the distribution
    /// @param cannot steps that this runtime has nothing for
    Handler(String name, String program, String options, Set<HandlerStep> cannot) {
        this.name = name;
        this.program = program;
        this.options = options;
        this.cannot = cannot;
    }

    String title() {
        return name;
    }

    /// Empty: part of the distribution.
    String program() {
        return program;
    }

    Set<HandlerStep> cannot() {
        return cannot;
    }

    Optional<Path> path() {
        if (program.isEmpty()) {
            return Optional.of(CrijServer.distribution().resolve("bin/oci-exec"));
        }
        return Stream.of("/usr/local/sbin/", "/usr/local/bin/", "/usr/sbin/", "/usr/bin/")
                .map(folder -> Path.of(folder + program))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /// TOML for all that are there.
    static String configuration() {
        var text = new StringBuilder();
        for (var handler : values()) {
            if (handler != BUILTIN && handler.path().isPresent()) {
                text.append("[runtimes.%s]\ntype = \"%s\"\npath = \"%s\"\noptions = [%s]\n"
                        .formatted(
                                handler.name,
                                handler == SHIM ? "shim-v2" : "oci",
                                handler.path().get(),
                                handler.options));
            }
        }
        return text.toString();
    }
}
