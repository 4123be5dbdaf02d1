package io.crij.image;

import java.time.Duration;

/// Lets through some ten calls a second. For one thread.
final class Throttle {
    private static final long INTERVAL = Duration.ofMillis(100).toNanos();

    private long last = System.nanoTime() - INTERVAL;

    boolean due() {
        long now = System.nanoTime();
        if (now - last < INTERVAL) {
            return false;
        }
        last = now;
        return true;
    }
}
