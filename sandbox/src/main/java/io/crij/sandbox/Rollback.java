package io.crij.sandbox;

import java.util.ArrayDeque;
import java.util.Deque;

/// Undoes the steps of a piece of work that did not reach [#commit]: in reverse, past those that fail, which the
/// [Reclaimer] tries again. For one thread.
final class Rollback implements AutoCloseable {
    private final Reclaimer reclaimer;
    private final Deque<Undo> steps = new ArrayDeque<>();

    private record Undo(String what, Reclaimer.Step step) {}

    Rollback(Reclaimer reclaimer) {
        this.reclaimer = reclaimer;
    }

    /// To be added before the step it undoes, when that can fail half-way.
    ///
    /// @param what `remove …`, for messages
    void add(String what, Reclaimer.Step undo) {
        steps.push(new Undo(what, undo));
    }

    void commit() {
        steps.clear();
    }

    @Override
    public void close() {
        // the work may have been interrupted, undoing it must not be
        boolean interrupted = Thread.interrupted();
        for (var undo : steps) {
            reclaimer.now(undo.what(), undo.step());
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
