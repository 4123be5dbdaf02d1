package io.crij.server.stats;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Names that are looked for at the beginning of lines.
final class Keys {
    private final byte[][] names;

    Keys(String... names) {
        this.names = Arrays.stream(names)
                .map(name -> name.getBytes(StandardCharsets.US_ASCII))
                .toArray(byte[][]::new);
    }

    /// The index of the name that stands there, or -1.
    int find(byte[] text, int from, int to) {
        for (int i = 0; i < names.length; i++) {
            if (names[i].length == to - from && Arrays.equals(names[i], 0, names[i].length, text, from, to)) {
                return i;
            }
        }
        return -1;
    }

    int size() {
        return names.length;
    }
}
