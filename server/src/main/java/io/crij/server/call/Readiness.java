package io.crij.server.call;

import java.util.Optional;

/// Whether calls may be served yet. Written by the thread that starts the server, read by every call.
public final class Readiness {
    /// How far the start has come.
    public sealed interface Phase {
        /// Not there yet; `step` says what is being done.
        record Starting(String step) implements Phase {}

        record Ready() implements Phase {}

        /// The server is about to end.
        record Stopping() implements Phase {}
    }

    private volatile Phase phase = new Phase.Starting("opening the stores");

    public void enter(Phase next) {
        phase = next;
    }

    /// Why calls cannot be served now; empty when they can.
    public Optional<String> obstacle() {
        return switch (phase) {
            case Phase.Starting starting -> Optional.of("crij is starting: " + starting.step() + "; try again soon");
            case Phase.Ready _ -> Optional.empty();
            case Phase.Stopping _ -> Optional.of("crij is stopping; containers go on running");
        };
    }
}
