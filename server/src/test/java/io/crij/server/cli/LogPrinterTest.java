package io.crij.server.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayOutputStream;
import java.io.FileOutputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class LogPrinterTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private static LogLine line(String text) {
        return LogLine.parse(text.getBytes(StandardCharsets.UTF_8)).orElseThrow();
    }

    @Test
    void streamsGoWhereTheyCameFrom() {
        var printer = new LogPrinter(out, err, false);
        printer.accept(line("T stdout F one"));
        printer.accept(line("T stderr F two"));
        assertEquals("one\n", out.toString(StandardCharsets.UTF_8));
        assertEquals("two\n", err.toString(StandardCharsets.UTF_8));
    }

    @Test
    void piecesAreJoinedAlsoWhenTheOtherStreamIsBetween() {
        var printer = new LogPrinter(out, err, false);
        printer.accept(line("T stdout P one "));
        printer.accept(line("T stderr F two"));
        printer.accept(line("T stdout F line"));
        assertEquals("one line\n", out.toString(StandardCharsets.UTF_8));
    }

    @Test
    void timeStandsBeforeALineNotBeforeItsPieces() {
        var printer = new LogPrinter(out, err, true);
        printer.accept(line("T1 stdout P a"));
        printer.accept(line("T2 stdout F b"));
        printer.accept(line("T3 stdout F c"));
        assertEquals("T1 ab\nT3 c\n", out.toString(StandardCharsets.UTF_8));
    }

    @Test
    void outputThatIsLostEndsTheCommand() throws Exception {
        try (var full = new FileOutputStream("/dev/full")) {
            var printer = new LogPrinter(full, err, false);
            var lost = assertThrows(CliException.class, () -> printer.accept(line("T stdout F one")));
            assertEquals(ExitCode.FAILED, lost.exitCode());
            assertEquals("Tried to write the output but No space left on device", lost.getMessage());
        }
    }
}
