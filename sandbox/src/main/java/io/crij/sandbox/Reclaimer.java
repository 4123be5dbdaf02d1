package io.crij.sandbox;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// Gives things back that could not be given back at once: each on a virtual thread of its own, again and again with
/// longer pauses until it works. What is still open when this process ends is found again at the next start.
final class Reclaimer implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Reclaimer.class.getName());
    private static final Duration FIRST = Duration.ofMillis(500);
    private static final Duration LONGEST = Duration.ofMinutes(1);

    private final Set<Thread> threads = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    /// Something that can be done again after it failed.
    @FunctionalInterface
    interface Step {
        void run() throws Exception;
    }

    /// Does it now; when that fails, later.
    void now(String what, Step step) {
        try {
            step.run();
        } catch (Exception e) {
            later(what, step, e);
        }
    }

    /// Does it on another thread, now and until it works.
    void background(String what, Step step) {
        start(what, step, Duration.ZERO);
    }

    private void later(String what, Step step, Exception failure) {
        LOG.log(
                Level.WARNING,
                "Tried to " + what + " but " + failure.getMessage() + "; it is tried again until it works");
        start(what, step, FIRST);
    }

    private void start(String what, Step step, Duration pause) {
        if (!closed) {
            threads.add(Thread.ofVirtual().name("reclaim " + what).start(() -> repeat(what, step, pause)));
        }
    }

    private void repeat(String what, Step step, Duration first) {
        var pause = first;
        try {
            while (!closed) {
                Thread.sleep(pause);
                try {
                    step.run();
                    return;
                } catch (InterruptedException e) {
                    return;
                } catch (Exception e) {
                    LOG.log(Level.WARNING, "Tried to " + what + " but " + e.getMessage());
                }
                pause = pause.isZero() ? FIRST : pause.multipliedBy(2);
                pause = pause.compareTo(LONGEST) > 0 ? LONGEST : pause;
            }
        } catch (InterruptedException _) {
            // closed
        } finally {
            threads.remove(Thread.currentThread());
        }
    }

    @Override
    public void close() {
        closed = true;
        threads.forEach(Thread::interrupt);
    }
}
