package io.crij.server.stats;

import java.time.Duration;
import java.util.Collection;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// CPU usage per second, which needs two readings. The earlier one is taken in the background at a steady pace, so that
/// it matters to nobody how often others ask. A container that has just begun is measured from its beginning, where it
/// had used nothing. Thread-safe.
final class CpuRates {
    private static final long SECOND = 1_000_000_000L;
    /// Over less than this a rate says nothing.
    private static final long LEAST = 10_000_000L;

    private final ConcurrentHashMap<String, History> byCgroup = new ConcurrentHashMap<>();
    private final long interval;

    private record Sample(long at, long cpuNanos) {}

    private record History(@Nullable Sample older, Sample newer) {}

    /// @param interval between the readings of [#sample]
    CpuRates(Duration interval) {
        this.interval = interval.toNanos();
    }

    /// Takes a background reading.
    ///
    /// @param at monotonic time, nanoseconds
    void sample(String cgroup, long at, long cpuNanos) {
        var sample = new Sample(at, cpuNanos);
        byCgroup.merge(
                cgroup,
                new History(null, sample),
                (before, first) -> cpuNanos < before.newer().cpuNanos() ? first : new History(before.newer(), sample));
    }

    /// Nano cores: a whole core is 10^9. Empty while too little is known.
    ///
    /// @param at monotonic time, nanoseconds
    /// @param beganAt when the cgroup had used nothing, in the same time
    OptionalLong rate(String cgroup, long at, long cpuNanos, OptionalLong beganAt) {
        var since = since(byCgroup.get(cgroup), at, beganAt);
        if (since == null || at - since.at() < LEAST || cpuNanos < since.cpuNanos()) {
            return OptionalLong.empty();
        }
        return OptionalLong.of((long) ((cpuNanos - since.cpuNanos()) * ((double) SECOND / (at - since.at()))));
    }

    private @Nullable Sample since(@Nullable History history, long at, OptionalLong beganAt) {
        if (history != null && history.older() != null) {
            return history.older();
        }
        // a long life in one average would hide what goes on now
        if (beganAt.isPresent() && (history == null || at - beganAt.getAsLong() <= 2 * interval)) {
            return new Sample(beganAt.getAsLong(), 0);
        }
        return history == null ? null : history.newer();
    }

    /// Forgets cgroups that are gone.
    void retain(Collection<String> cgroups) {
        byCgroup.keySet().retainAll(cgroups);
    }
}
