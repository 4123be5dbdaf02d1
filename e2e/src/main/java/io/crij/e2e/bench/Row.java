package io.crij.e2e.bench;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/// One measured thing of the table: our samples, those of the peers, the promise.
///
/// @param unit such as "ms"
/// @param peers by name, in the order of the table
/// @param gate the least ratio of a peer's median to ours, or 0 where there is no promise
record Row(String title, String unit, Samples ours, Map<String, Samples> peers, double gate) {

    static Row of(String title, String unit, double gate) {
        return new Row(title, unit, new Samples(), new LinkedHashMap<>(), gate);
    }

    Samples peer(String name) {
        return peers.computeIfAbsent(name, n -> new Samples());
    }

    /// A line of a Markdown table: title, ours, peers with ratios, gate.
    String line() {
        var theirs = new StringBuilder();
        peers.forEach((name, samples) -> theirs.append(theirs.isEmpty() ? "" : "; ")
                .append("%s %s (%.1f×)"
                        .formatted(name, value(samples), samples.median() / Math.max(ours.median(), 1e-9))));
        var promise = gate == 0 ? "" : String.format(Locale.ROOT, "≥ %.0f× %s", gate, isMet() ? "met" : "**missed**");
        return String.format(
                Locale.ROOT, "| %s | %s | %s | %s | %d |", title, value(ours), theirs, promise, ours.count());
    }

    boolean isMet() {
        return gate == 0 || peers.values().stream().allMatch(p -> p.median() >= gate * ours.median());
    }

    private String value(Samples samples) {
        if (samples.count() == 1) {
            return String.format(Locale.ROOT, "%.2f %s", samples.median(), unit);
        }
        return String.format(
                Locale.ROOT,
                "%.2f %s (%.2f–%.2f)",
                samples.median(),
                unit,
                samples.quantile(0.1),
                samples.quantile(0.9));
    }
}
