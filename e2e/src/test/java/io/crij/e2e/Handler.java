package io.crij.e2e;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/// The runtime handlers of the tests, as far as this machine has them.
enum Handler {
    BUILTIN("crij", "", ""),
    RUNC("runc", "runc", "type = \"oci\""),
    CRUN("crun", "crun", "type = \"oci\""),
    YOUKI("youki", "youki", "type = \"oci\""),
    OCI_EXEC("oci-exec", "", "type = \"oci\""),
    SHIM("shim", "containerd-shim-runc-v2", "type = \"shim-v2\""),
    /// Our own program behind containerd's shim.
    SHIM_OCI_EXEC(
            "shim-oci-exec",
            "containerd-shim-runc-v2",
            "type = \"shim-v2\"\nshim_runtime = \"" + distributed("bin/oci-exec") + '"'),
    // the runsc of Debian 12 knows no network namespace of this kernel: it takes the pod's through the host's stack
    RUNSC(
            "runsc",
            "runsc",
            "type = \"oci\"\noptions = [\"--network=host\"]",
            HandlerStep.UPDATE,
            HandlerStep.STATS,
            HandlerStep.OUT_OF_MEMORY);

    private final String name;
    private final String program;
    private final String settings;
    private final Set<HandlerStep> cannot;

    /// @param program empty: part of the distribution
    /// @param settings TOML, but for the path
    /// @param cannot steps that this runtime has nothing for
    Handler(String name, String program, String settings, HandlerStep... cannot) {
        this.name = name;
        this.program = program;
        this.settings = settings;
        this.cannot = Set.of(cannot);
    }

    private static Path distributed(String path) {
        return CrijServer.distribution().resolve(path);
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
            return Optional.of(distributed("bin/oci-exec"));
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
                text.append("[runtimes.%s]\npath = \"%s\"\n%s\n"
                        .formatted(handler.name, handler.path().get(), handler.settings));
            }
        }
        return text.toString();
    }
}
