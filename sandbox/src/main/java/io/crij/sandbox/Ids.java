package io.crij.sandbox;

import java.security.SecureRandom;
import java.util.HexFormat;

/// Ids of pods and containers: 64 hexadecimal digits, of which the first 12 or more are enough for people.
final class Ids {
    private static final int BYTES = 32;
    private static final int SHORT = 12;

    private final SecureRandom random = new SecureRandom();

    String next() {
        var bytes = new byte[BYTES];
        random.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    static String shortened(String id) {
        return id.length() <= SHORT ? id : id.substring(0, SHORT);
    }
}
