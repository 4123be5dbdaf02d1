package io.crij.server.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/// Finds what a mistyped name was probably meant to be.
final class NearestName {
    private NearestName() {}

    /// The candidate with the fewest edits (insert, delete, replace), if at most a third of the name would change.
    static Optional<String> of(String name, Collection<String> candidates) {
        return candidates.stream()
                .min(Comparator.<String>comparingInt(candidate -> edits(name, candidate))
                        .thenComparing(Comparator.naturalOrder()))
                .filter(candidate -> edits(name, candidate) <= Math.max(2, name.length() / 3));
    }

    private static int edits(String from, String to) {
        var row = new int[to.length() + 1];
        for (int j = 0; j <= to.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= from.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= to.length(); j++) {
                int replace = diagonal + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replace, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[to.length()];
    }
}
