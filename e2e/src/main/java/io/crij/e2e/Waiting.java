package io.crij.e2e;

import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/// Waiting for what nothing tells of: it is asked for again and again.
public final class Waiting {
    private static final Duration PAUSE = Duration.ofMillis(20);

    /// An emulated machine is given more time.
    private static final int PATIENCE = Integer.getInteger("crij.patience", 1);

    private Waiting() {}

    public static void until(String what, Duration limit, BooleanSupplier condition) {
        until(what, limit, condition, () -> "");
    }

    /// @param detail what to add to the error when it does not come true
    public static void until(String what, Duration limit, BooleanSupplier condition, Supplier<String> detail) {
        long end = System.nanoTime() + PATIENCE * limit.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new AssertionError(what + ": not within " + PATIENCE * limit.toSeconds() + " s. " + detail.get());
            }
            pause();
        }
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting", e);
        }
    }
}
