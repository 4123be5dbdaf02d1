package io.crij.server.config;

import java.util.Locale;
import java.util.regex.Pattern;

/// A number of bytes, written as `64MiB`, `1g` or `4096`; the units are powers of 1024.
public record ByteSize(long bytes) {
    private static final Pattern FORM = Pattern.compile("(\\d{1,15})\\s*([kmgt]?)(?:i?b)?");
    private static final String UNITS = "kmgt";

    /// @throws IllegalArgumentException when it is not of that form
    public static ByteSize parse(String text) {
        var match = FORM.matcher(text.strip().toLowerCase(Locale.ROOT));
        if (!match.matches()) {
            throw new IllegalArgumentException("not a size such as 64MiB");
        }
        int power = match.group(2).isEmpty() ? 0 : UNITS.indexOf(match.group(2)) + 1;
        try {
            return new ByteSize(Math.multiplyExact(Long.parseLong(match.group(1)), 1L << (10 * power)));
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException("a size beyond 8 EiB", e);
        }
    }

    @Override
    public String toString() {
        for (int power = UNITS.length(); power > 0; power--) {
            long unit = 1L << (10 * power);
            if (bytes >= unit && bytes % unit == 0) {
                return bytes / unit + UNITS.substring(power - 1, power).toUpperCase(Locale.ROOT) + "iB";
            }
        }
        return Long.toString(bytes);
    }
}
