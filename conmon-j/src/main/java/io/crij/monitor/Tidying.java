package io.crij.monitor;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;

/// Gives memory back after a busy time: one full collection, some milliseconds on a heap of this size, half a minute
/// after the first request of it; then at most one in ten minutes. Without requests nothing runs.
final class Tidying {
    private static final Duration AFTER = Duration.ofSeconds(30);
    private static final Duration PAUSE = Duration.ofMinutes(10);

    private final AtomicBoolean planned = new AtomicBoolean();

    /// Called with each request; returns at once.
    void requested() {
        if (!planned.get() && planned.compareAndSet(false, true)) {
            Thread.ofVirtual().name("tidy").start(this::tidy);
        }
    }

    private void tidy() {
        try {
            Thread.sleep(AFTER);
            System.gc();
            Thread.sleep(PAUSE);
            planned.set(false);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
