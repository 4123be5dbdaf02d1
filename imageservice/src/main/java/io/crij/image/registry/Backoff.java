package io.crij.image.registry;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/// How often a request is tried again and how long the pauses are: doubling, with some chance in them, or what the
/// registry asks for.
///
/// @param attempts in all, at least 1
/// @param first pause
/// @param longest pause that is waited even if a registry asks for more
record Backoff(int attempts, Duration first, Duration longest) {
    static final Backoff USUAL = new Backoff(5, Duration.ofMillis(250), Duration.ofSeconds(30));

    /// Waits before attempt `number`, which is 1 for the second one.
    void pause(int number, Optional<Duration> asked) throws InterruptedException {
        Duration doubled = first.multipliedBy(1L << Math.min(number - 1, 16));
        Duration chosen = asked.orElse(
                doubled.multipliedBy(50 + ThreadLocalRandom.current().nextInt(51))
                        .dividedBy(100));
        Thread.sleep(chosen.compareTo(longest) > 0 ? longest : chosen);
    }

    /// For a mirror: another host is there to be tried.
    Backoff brief() {
        return new Backoff(Math.min(2, attempts), first, first.multipliedBy(4));
    }
}
