package io.crij.server.cli;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/// One line of a CRI log file: `TIME STREAM TAG TEXT`. Tag `P` marks a piece of a longer line, `F` its end.
///
/// @param text without the newline; not necessarily UTF-8
record LogLine(String time, boolean stderr, boolean partial, byte[] text) {

    /// Empty when the line is not of that form, as after a torn write.
    static Optional<LogLine> parse(byte[] line) {
        int first = indexOf(line, 0);
        int second = first < 0 ? -1 : indexOf(line, first + 1);
        if (second < 0) {
            return Optional.empty();
        }
        int third = indexOf(line, second + 1);
        // an empty text may come without the space before it
        int tagEnd = third < 0 ? line.length : third;
        if (tagEnd == second + 1 || (line[second + 1] != 'P' && line[second + 1] != 'F')) {
            return Optional.empty();
        }
        return Optional.of(new LogLine(
                new String(line, 0, first, StandardCharsets.US_ASCII),
                new String(line, first + 1, second - first - 1, StandardCharsets.US_ASCII).equals("stderr"),
                line[second + 1] == 'P',
                Arrays.copyOfRange(line, Math.min(tagEnd + 1, line.length), line.length)));
    }

    private static int indexOf(byte[] line, int from) {
        for (int i = from; i < line.length; i++) {
            if (line[i] == ' ') {
                return i;
            }
        }
        return -1;
    }
}
