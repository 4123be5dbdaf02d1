package io.crij.sandbox;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/// Independent steps side by side, each to its end whatever becomes of the others.
final class Parallel {
    private Parallel() {}

    /// Throws the first failure, the others suppressed in it. The last step runs on the calling thread.
    static void run(List<SingleFlight.Work> steps) throws SandboxException, InterruptedException {
        var others = new ArrayList<FutureTask<Void>>();
        for (var step : steps.subList(0, Math.max(0, steps.size() - 1))) {
            var task = new FutureTask<@Nullable Void>(() -> {
                step.run();
                return null;
            });
            Thread.ofVirtual().name("step").start(task);
            others.add(task);
        }
        Throwable failure = null;
        if (!steps.isEmpty()) {
            failure = attempt(steps.getLast());
        }
        for (var task : others) {
            failure = joined(failure, outcome(task));
        }
        rethrow(failure);
    }

    private static @Nullable Throwable attempt(SingleFlight.Work step) {
        try {
            step.run();
            return null;
        } catch (SandboxException | InterruptedException | RuntimeException e) {
            return e;
        }
    }

    private static @Nullable Throwable outcome(FutureTask<Void> task) throws InterruptedException {
        try {
            task.get();
            return null;
        } catch (ExecutionException e) {
            return e.getCause();
        }
    }

    private static @Nullable Throwable joined(@Nullable Throwable first, @Nullable Throwable next) {
        if (first == null) {
            return next;
        }
        if (next != null && next != first) {
            first.addSuppressed(next);
        }
        return first;
    }

    private static void rethrow(@Nullable Throwable failure) throws SandboxException, InterruptedException {
        switch (failure) {
            case null -> {}
            case SandboxException e -> throw e;
            case InterruptedException e -> throw e;
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            case Throwable e -> throw new IllegalStateException(e);
        }
    }
}
