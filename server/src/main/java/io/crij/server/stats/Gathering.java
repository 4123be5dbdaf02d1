package io.crij.server.stats;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/// Reads the usage of many on a few processors at once: most of it is the kernel's work, and somebody waits for it.
final class Gathering {
    private static final int MOST_THREADS = 4;
    /// Fewer than this for each thread are not worth one.
    private static final int WORTH_A_THREAD = 8;

    private final int threads;

    Gathering() {
        this(Math.min(MOST_THREADS, Runtime.getRuntime().availableProcessors()));
    }

    Gathering(int threads) {
        this.threads = threads;
    }

    /// @param <T> what is asked about
    @FunctionalInterface
    interface Question<T, A> {
        /// Empty when there is no answer; called by several threads, each with a text of its own.
        Optional<A> answer(T about, FileText text);
    }

    /// The answers in the order of the subjects. An interrupt ends it early, as a [CancellationException].
    <T, A> List<A> all(List<T> subjects, Question<T, A> question) {
        var answers = new ArrayList<Optional<A>>(Collections.nCopies(subjects.size(), Optional.empty()));
        var next = new AtomicInteger();
        Callable<Boolean> share = () -> {
            var text = new FileText();
            for (int i = next.getAndIncrement(); i < subjects.size(); i = next.getAndIncrement()) {
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
                answers.set(i, question.answer(subjects.get(i), text));
            }
            return true;
        };
        run(share, Math.clamp(subjects.size() / WORTH_A_THREAD, 1, threads));
        return answers.stream().flatMap(Optional::stream).toList();
    }

    private static void run(Callable<Boolean> share, int threads) {
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            try {
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
                for (var done : executor.invokeAll(Collections.nCopies(threads, share))) {
                    done.get();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new CancellationException("interrupted while usage was read");
            } catch (ExecutionException e) {
                throw new IllegalStateException(e.getCause());
            }
        }
    }
}
