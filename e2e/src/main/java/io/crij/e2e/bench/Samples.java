package io.crij.e2e.bench;

import java.util.ArrayList;
import java.util.List;

/// Measured values of one thing, in its unit.
final class Samples {
    private final List<Double> values = new ArrayList<>();

    void add(double value) {
        values.add(value);
    }

    int count() {
        return values.size();
    }

    double median() {
        return quantile(0.5);
    }

    /// Linear between the two nearest values; `q` from 0 to 1.
    double quantile(double q) {
        var sorted = values.stream().sorted().toList();
        double at = q * (sorted.size() - 1);
        int below = (int) Math.floor(at);
        int above = Math.min(below + 1, sorted.size() - 1);
        return sorted.get(below) + (at - below) * (sorted.get(above) - sorted.get(below));
    }
}
