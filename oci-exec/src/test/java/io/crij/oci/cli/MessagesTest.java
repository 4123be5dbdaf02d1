package io.crij.oci.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MessagesTest {
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @TempDir
    private Path folder;

    private PrintStream stream() {
        return new PrintStream(err, true, StandardCharsets.UTF_8);
    }

    @Test
    void aWarningIsNotAmongTheOutputOfTheProcessWhenThereIsALog() throws Exception {
        Path log = folder.resolve("log");
        new Messages(log, "json", stream()).warning("look out");
        assertEquals("", err.toString(StandardCharsets.UTF_8));
        assertTrue(Files.readString(log).startsWith("{\"level\":\"warning\",\"msg\":\"look out\""));
    }

    @Test
    void aWarningWithoutALogIsOnStandardError() {
        new Messages(null, "text", stream()).warning("look out");
        assertEquals("warning: look out\n", err.toString(StandardCharsets.UTF_8));
    }

    @Test
    void anErrorIsInBothPlaces() throws Exception {
        Path log = folder.resolve("log");
        new Messages(log, "text", stream()).error(new IllegalStateException("no \"x\""), false);
        assertEquals("no \"x\"\n", err.toString(StandardCharsets.UTF_8));
        assertTrue(Files.readString(log).endsWith(" level=error msg=\"no \\\"x\\\"\"\n"), Files.readString(log));
    }
}
