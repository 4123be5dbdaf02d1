package io.crij.e2e.bench;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/// One measured thing of the table: our samples, those of the peers, the promise.
///
/// @param unit such as "ms"; more of a unit per second, as "MB/s", is better, less of any other
/// @param peers by name, in the order of the table
record Row(String title, String unit, Samples ours, Map<String, Samples> peers, Promise promise) {
    static final String OURS = "crij";
    static final String CONTAINERD = "containerd + runc";

    /// @param gate the least ratio of containerd's median to ours, or 0 where there is no promise
    static Row of(String title, String unit, double gate) {
        return of(title, unit, gate == 0 ? Promise.NONE : Promise.ratio(gate, CONTAINERD));
    }

    static Row of(String title, String unit, Promise promise) {
        return new Row(title, unit, new Samples(), new LinkedHashMap<>(), promise);
    }

    Samples peer(String name) {
        return peers.computeIfAbsent(name, n -> new Samples());
    }

    /// Of ours under its name, of a peer else.
    Samples samples(String who) {
        return who.equals(OURS) ? ours : peer(who);
    }

    /// By how much ours is better, by the medians; not a number when the peer was not measured.
    double ratio(String peer) {
        var samples = peers.get(peer);
        if (samples == null) {
            return Double.NaN;
        }
        return unit.endsWith("/s")
                ? ours.median() / Math.max(samples.median(), 1e-9)
                : samples.median() / Math.max(ours.median(), 1e-9);
    }

    /// A line of a Markdown table: title, ours, peers with ratios, gate.
    String line() {
        var theirs = new StringBuilder();
        peers.forEach((name, samples) -> theirs.append(theirs.isEmpty() ? "" : "; ")
                .append(String.format(Locale.ROOT, "%s %s (%.1f×)", name, value(samples), ratio(name))));
        return String.format(
                Locale.ROOT,
                "| %s | %s | %s | %s | %d |",
                title,
                value(ours),
                theirs,
                promise.text(this),
                ours.count());
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
