package io.crij.oci.runtime;

import java.util.ArrayDeque;
import java.util.Deque;

/// What has to be undone when a later step fails: `try (var undo = new Rollback()) { … undo.commit(); }`. Undoes in
/// reverse, and goes on past a step that fails.
public final class Rollback implements AutoCloseable {
    private final Deque<Undo> steps = new ArrayDeque<>();

    private record Undo(String what, Action action) {}

    @FunctionalInterface
    public interface Action {
        void run() throws Exception;
    }

    public void add(String what, Action action) {
        steps.push(new Undo(what, action));
    }

    /// Everything stays.
    public void commit() {
        steps.clear();
    }

    @Override
    public void close() {
        // an interrupt that made us give up must not keep the rest from being undone
        boolean interrupted = Thread.interrupted();
        while (!steps.isEmpty()) {
            Undo undo = steps.pop();
            try {
                undo.action.run();
            } catch (Exception e) {
                Log.warning("undoing failed: " + undo.what, e);
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
