package io.crij.server.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LogLineTest {
    private static Optional<LogLine> parse(String line) {
        return LogLine.parse(line.getBytes(StandardCharsets.ISO_8859_1));
    }

    @Test
    void fieldsAreTakenApart() {
        var line = parse("2026-01-02T03:04:05Z stderr P two  words ").orElseThrow();
        assertEquals("2026-01-02T03:04:05Z", line.time());
        assertTrue(line.stderr());
        assertTrue(line.partial());
        assertEquals("two  words ", new String(line.text(), StandardCharsets.UTF_8));
    }

    @Test
    void textOfAnyBytesStaysAsItIs() {
        assertArrayEquals(
                new byte[] {(byte) 0xff, 0, (byte) 0xfe},
                parse("T stdout F \u00ff\0\u00fe").orElseThrow().text());
    }

    @ParameterizedTest
    @ValueSource(strings = {"T stdout F", "T stdout F "})
    void emptyTextIsALine(String text) {
        var line = parse(text).orElseThrow();
        assertEquals(0, line.text().length);
        assertFalse(line.partial());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "T", "T stdout", "T stdout ", "T stdout X text", "half a line"})
    void tornLineIsNone(String text) {
        assertEquals(Optional.empty(), parse(text));
    }
}
