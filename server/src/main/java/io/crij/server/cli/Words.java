package io.crij.server.cli;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;

/// Numbers as people say them.
final class Words {
    private static final int SHORT_ID = 13;
    private static final String[] UNITS = {"B", "kB", "MB", "GB", "TB", "PB"};

    private Words() {}

    /// "3 minutes ago"; "-" for a time that is not known (0).
    static String ago(long nanosSince1970, Instant now) {
        if (nanosSince1970 <= 0) {
            return "-";
        }
        var age = Duration.between(Instant.ofEpochSecond(0, nanosSince1970), now);
        return age.toSeconds() < 1 ? "just now" : duration(age) + " ago";
    }

    static String duration(Duration d) {
        if (d.toSeconds() < 60) {
            return count(d.toSeconds(), "second");
        }
        if (d.toMinutes() < 60) {
            return count(d.toMinutes(), "minute");
        }
        return d.toHours() < 48 ? count(d.toHours(), "hour") : count(d.toDays(), "day");
    }

    /// Decimal units, three digits: "728 MB", "1.35 GB".
    static String bytes(long bytes) {
        double value = bytes;
        int unit = 0;
        while (value >= 999.5 && unit < UNITS.length - 1) {
            value /= 1000;
            unit++;
        }
        int decimals = unit == 0 || value >= 99.5 ? 0 : value >= 9.95 ? 1 : 2;
        return String.format(Locale.ROOT, "%." + decimals + "f %s", value, UNITS[unit]);
    }

    /// Enough of an id to find it again.
    static String shortId(String id) {
        String bare = id.startsWith("sha256:") ? id.substring("sha256:".length()) : id;
        return bare.substring(0, Math.min(SHORT_ID, bare.length()));
    }

    /// A command line without the `--` that many write in front of it.
    static List<String> command(List<String> words) {
        return !words.isEmpty() && words.getFirst().equals("--") ? words.subList(1, words.size()) : words;
    }

    private static String count(long n, String unit) {
        return n + " " + unit + (n == 1 ? "" : "s");
    }
}
