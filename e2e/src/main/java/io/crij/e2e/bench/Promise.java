package io.crij.e2e.bench;

import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.StringJoiner;
import java.util.stream.Collectors;

/// What is promised of a row of the table.
///
/// @param ratios by how much our median must at least be better than a peer's, by the peer's name: gates
/// @param limit the most our median may be, a gate too
/// @param aim what our median should be on the machine that the promise was made on; says nothing on another one; 0 is
///     none
record Promise(Map<String, Double> ratios, OptionalDouble limit, double aim) {
    static final Promise NONE = new Promise(Map.of(), OptionalDouble.empty(), 0);

    static Promise ratio(double least, String... peers) {
        return ratios(Arrays.stream(peers).collect(Collectors.toMap(peer -> peer, _ -> least)));
    }

    static Promise ratios(Map<String, Double> least) {
        return new Promise(least, OptionalDouble.empty(), 0);
    }

    static Promise atMost(double limit) {
        return new Promise(Map.of(), OptionalDouble.of(limit), 0);
    }

    Promise withAim(double value) {
        return new Promise(ratios, limit, value);
    }

    /// Whether there is anything that can be missed.
    boolean isGate() {
        return !ratios.isEmpty() || limit.isPresent();
    }

    boolean isMet(Row row) {
        return withinLimit(row)
                && ratios.entrySet().stream()
                        .filter(gate -> row.peers().containsKey(gate.getKey()))
                        .allMatch(gate -> row.ratio(gate.getKey()) >= gate.getValue());
    }

    private boolean withinLimit(Row row) {
        return limit.isEmpty() || row.ours().median() <= limit.getAsDouble();
    }

    /// For the table: each gate, whether it is met, the aim.
    String text(Row row) {
        var text = new StringJoiner("; ");
        ratios.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .forEach(gate -> text.add(String.format(
                        Locale.ROOT,
                        "≥ %s× %s %s",
                        number(gate.getValue()),
                        gate.getKey(),
                        outcome(row.peers().containsKey(gate.getKey()), row.ratio(gate.getKey()) >= gate.getValue()))));
        limit.ifPresent(most -> text.add(
                String.format(Locale.ROOT, "≤ %s %s %s", number(most), row.unit(), outcome(true, withinLimit(row)))));
        if (aim > 0) {
            text.add(String.format(Locale.ROOT, "aim %s %s", number(aim), row.unit()));
        }
        return text.toString();
    }

    private static String outcome(boolean measured, boolean met) {
        return measured ? met ? "met" : "**missed**" : "not measured";
    }

    private static String number(double value) {
        return value == Math.rint(value)
                ? Long.toString((long) value)
                : String.format(Locale.ROOT, "%.2f", value).replaceFirst("0$", "");
    }
}
