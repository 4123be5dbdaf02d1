package io.crij.server.stats;

import java.time.Duration;
import java.util.Collection;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;

/// CPU usage per second, which needs two readings: this one and an earlier one that is old enough. Thread-safe.
final class CpuRates {
    private static final long SECOND = 1_000_000_000L;

    private final ConcurrentHashMap<String, History> byCgroup = new ConcurrentHashMap<>();
    private final long interval;

    /// @param rate nano cores between the two readings before the last; -1 when there was only one
    private record History(long at, long cpuNanos, long rate) {}

    /// @param interval how far two readings lie apart at least
    CpuRates(Duration interval) {
        this.interval = interval.toNanos();
    }

    /// Nano cores: a whole core is 10^9. Empty after the first reading.
    ///
    /// @param at monotonic time, nanoseconds
    OptionalLong rate(String cgroup, long at, long cpuNanos) {
        var history = byCgroup.compute(cgroup, (_, before) -> {
            if (before == null || cpuNanos < before.cpuNanos()) {
                return new History(at, cpuNanos, -1);
            }
            long elapsed = at - before.at();
            if (elapsed < interval && before.rate() >= 0 || elapsed <= 0) {
                return before;
            }
            long rate = (long) ((cpuNanos - before.cpuNanos()) * ((double) SECOND / elapsed));
            // a first rate over a short time is better than none, but must not end the waiting for a good one
            return elapsed < interval
                    ? new History(before.at(), before.cpuNanos(), rate)
                    : new History(at, cpuNanos, rate);
        });
        return history.rate() < 0 ? OptionalLong.empty() : OptionalLong.of(history.rate());
    }

    /// Forgets cgroups that are gone.
    void retain(Collection<String> cgroups) {
        byCgroup.keySet().retainAll(cgroups);
    }
}
