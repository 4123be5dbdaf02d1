package io.crij.server.config;

import java.util.Locale;
import java.util.Set;

/// A resource limit of `getrlimit(2)`.
///
/// @param type such as `RLIMIT_NOFILE`
/// @param soft -1 (as unsigned: the largest value) is unlimited
public record Ulimit(String type, long soft, long hard) {
    public static final long UNLIMITED = -1;

    private static final Set<String> NAMES = Set.of(
            "as",
            "core",
            "cpu",
            "data",
            "fsize",
            "locks",
            "memlock",
            "msgqueue",
            "nice",
            "nofile",
            "nproc",
            "rss",
            "rtprio",
            "rttime",
            "sigpending",
            "stack");

    /// @param name in lower case, as `nofile`
    /// @param value `soft:hard`, or one number for both; `unlimited` is a number too
    /// @throws IllegalArgumentException says what is wrong
    public static Ulimit parse(String name, String value) {
        if (!NAMES.contains(name)) {
            throw new IllegalArgumentException("not a limit"
                    + NearestName.of(name, NAMES)
                            .map(n -> "; did you mean " + n + "?")
                            .orElse(""));
        }
        int colon = value.indexOf(':');
        long soft = number(colon < 0 ? value : value.substring(0, colon));
        long hard = number(value.substring(colon + 1));
        if (Long.compareUnsigned(soft, hard) > 0) {
            throw new IllegalArgumentException("the soft limit is above the hard one");
        }
        return new Ulimit("RLIMIT_" + name.toUpperCase(Locale.ROOT), soft, hard);
    }

    static void parse(String name, String value, ConfigRules rules) throws ConfigException {
        try {
            parse(name, value);
        } catch (IllegalArgumentException e) {
            throw rules.refused("containers.ulimits." + name, value, String.valueOf(e.getMessage()));
        }
    }

    private static long number(String text) {
        if (text.equals("unlimited") || text.equals("-1")) {
            return UNLIMITED;
        }
        try {
            return Long.parseUnsignedLong(text.strip());
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("not of the form 1024:524288 or unlimited", e);
        }
    }
}
