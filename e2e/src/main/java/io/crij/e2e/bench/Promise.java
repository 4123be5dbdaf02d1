package io.crij.e2e.bench;

import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;

/// What is promised of a row of the table.
///
/// @param ratios the least ratio of a peer's median to ours, by the peer's name: gates
/// @param limit the most our median may be, a gate too; 0 is none
/// @param aim what our median should be on the machine that the promise was made on; says nothing on another one; 0 is
///     none
record Promise(Map<String, Double> ratios, double limit, double aim) {
    static final Promise NONE = new Promise(Map.of(), 0, 0);

    static Promise ratio(double least, String... peers) {
        return new Promise(
                java.util.Arrays.stream(peers).collect(java.util.stream.Collectors.toMap(peer -> peer, _ -> least)),
                0,
                0);
    }

    static Promise atMost(double limit) {
        return new Promise(Map.of(), limit, 0);
    }

    Promise withAim(double value) {
        return new Promise(ratios, limit, value);
    }

    /// Whether there is anything that can be missed.
    boolean isGate() {
        return !ratios.isEmpty() || limit > 0;
    }

    boolean isMet(Row row) {
        return (limit == 0 || row.ours().median() <= limit)
                && ratios.entrySet().stream()
                        .filter(gate -> row.peers().containsKey(gate.getKey()))
                        .allMatch(gate -> row.ratio(gate.getKey()) >= gate.getValue());
    }

    /// For the table: each gate, whether it is met, the aim.
    String text(Row row) {
        var text = new StringJoiner("; ");
        ratios.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .forEach(gate -> text.add(String.format(
                        Locale.ROOT,
                        "≥ %.0f× %s %s",
                        gate.getValue(),
                        gate.getKey(),
                        outcome(row.peers().containsKey(gate.getKey()), row.ratio(gate.getKey()) >= gate.getValue()))));
        if (limit > 0) {
            text.add(String.format(
                    Locale.ROOT,
                    "≤ %s %s %s",
                    number(limit),
                    row.unit(),
                    outcome(true, row.ours().median() <= limit)));
        }
        if (aim > 0) {
            text.add(String.format(Locale.ROOT, "aim %s %s", number(aim), row.unit()));
        }
        return text.toString();
    }

    private static String outcome(boolean measured, boolean met) {
        return measured ? met ? "met" : "**missed**" : "not measured";
    }

    private static String number(double value) {
        return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
    }
}
