package io.crij.server.stats;

import java.util.Optional;

/// Pressure stall information of a resource (Documentation/accounting/psi.rst).
///
/// @param some at least one task waited
/// @param full all tasks waited
record Pressure(Line some, Line full) {
    /// @param totalMicros since the cgroup was made
    record Line(double avg10, double avg60, double avg300, long totalMicros) {
        private static final Line NONE = new Line(0, 0, 0, 0);

        /// `avg10=0.00 avg60=0.00 avg300=0.00 total=0` behind the word.
        private static Line parse(String text) {
            double[] averages = new double[3];
            long total = 0;
            for (var field : text.split(" ")) {
                int equals = field.indexOf('=');
                var value = field.substring(equals + 1);
                switch (equals < 0 ? "" : field.substring(0, equals)) {
                    case "avg10" -> averages[0] = Double.parseDouble(value);
                    case "avg60" -> averages[1] = Double.parseDouble(value);
                    case "avg300" -> averages[2] = Double.parseDouble(value);
                    case "total" -> total = Long.parseUnsignedLong(value);
                    default -> {
                        // the word, or a field of a later kernel
                    }
                }
            }
            return new Line(averages[0], averages[1], averages[2], total);
        }
    }

    /// A `*.pressure` file; empty when the kernel has none.
    static Optional<Pressure> parse(Optional<String> file) {
        return file.filter(text -> text.contains("avg10="))
                .map(text -> new Pressure(line(text, "some"), line(text, "full")));
    }

    private static Line line(String text, String word) {
        return text.lines()
                .filter(line -> line.startsWith(word + " "))
                .map(Line::parse)
                .findFirst()
                .orElse(Line.NONE);
    }
}
