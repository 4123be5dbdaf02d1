package io.crij.server.config;

import java.time.Duration;
import java.util.regex.Pattern;

/// Durations as an operator writes them: `250ms`, `30s`, `1m30s`, `4h`.
final class DurationText {
    private static final Pattern FORM =
            Pattern.compile("(?=.)(?:(\\d{1,6})h)?(?:(\\d{1,7})m(?!s))?(?:(\\d{1,9})s)?(?:(\\d{1,12})ms)?");

    private DurationText() {}

    static Duration parse(String text) {
        var match = FORM.matcher(text.strip());
        if (!match.matches()) {
            throw new IllegalArgumentException("not a duration such as 30s or 1m30s");
        }
        return Duration.ofHours(number(match.group(1)))
                .plusMinutes(number(match.group(2)))
                .plusSeconds(number(match.group(3)))
                .plusMillis(number(match.group(4)));
    }

    static String print(Duration duration) {
        var text = new StringBuilder();
        append(text, duration.toHours(), "h");
        append(text, duration.toMinutesPart(), "m");
        append(text, duration.toSecondsPart(), "s");
        append(text, duration.toMillisPart(), "ms");
        return text.isEmpty() ? "0s" : text.toString();
    }

    private static void append(StringBuilder text, long number, String unit) {
        if (number != 0) {
            text.append(number).append(unit);
        }
    }

    private static long number(@org.jspecify.annotations.Nullable String digits) {
        return digits == null ? 0 : Long.parseLong(digits);
    }
}
