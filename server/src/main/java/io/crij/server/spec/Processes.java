package io.crij.server.spec;

import io.crij.oci.spec.Process;
import org.jspecify.annotations.Nullable;

/// The process of a specification that is being put together.
final class Processes {
    private Processes() {}

    /// @throws IllegalStateException [CommandPart] has to come first
    static Process of(@Nullable Process process) {
        if (process == null) {
            throw new IllegalStateException("the specification has no process yet");
        }
        return process;
    }
}
