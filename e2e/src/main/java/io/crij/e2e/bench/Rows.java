package io.crij.e2e.bench;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The rows of a part in the order in which they were first measured.
final class Rows {
    private final Map<String, Row> byTitle = new LinkedHashMap<>();

    /// @param who [Row#OURS] or a peer
    void add(String who, String title, String unit, Promise promise, double value) {
        byTitle.computeIfAbsent(title, t -> Row.of(t, unit, promise))
                .samples(who)
                .add(value);
    }

    void clear() {
        byTitle.clear();
    }

    List<Row> list() {
        return List.copyOf(byTitle.values());
    }
}
