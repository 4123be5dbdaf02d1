package io.crij.sandbox;

import java.lang.System.Logger.Level;
import java.util.function.Consumer;

/// Tells the listener, whose failures are not ours.
final class SandboxEvents {
    private static final System.Logger LOG = System.getLogger(SandboxEvents.class.getName());

    private final Consumer<SandboxEvent> listener;

    SandboxEvents(Consumer<SandboxEvent> listener) {
        this.listener = listener;
    }

    void tell(SandboxEvent event) {
        try {
            listener.accept(event);
        } catch (RuntimeException e) {
            LOG.log(Level.ERROR, "The listener failed on " + event, e);
        }
    }
}
