package io.crij.monitor;

import java.util.ArrayDeque;
import java.util.Deque;

/// Undoes what was done, in reverse, unless [#commit] was called; goes on past a step that fails.
final class Rollback implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Rollback.class.getName());

    private final Deque<Named> steps = new ArrayDeque<>();

    interface Step {
        void undo() throws Exception;
    }

    private record Named(String what, Step step) {}

    /// @param what for the log, when it fails: "delete container x"
    void add(String what, Step undo) {
        steps.push(new Named(what, undo));
    }

    void commit() {
        steps.clear();
    }

    /// The thread may be interrupted (that is why it undoes): the flag is put aside meanwhile.
    @Override
    public void close() {
        boolean interrupted = Thread.interrupted();
        while (!steps.isEmpty()) {
            Named next = steps.pop();
            try {
                next.step().undo();
            } catch (Exception e) {
                LOG.log(
                        System.Logger.Level.WARNING,
                        "Tried to " + next.what() + ", as it is not wanted any more, but failed",
                        e);
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
