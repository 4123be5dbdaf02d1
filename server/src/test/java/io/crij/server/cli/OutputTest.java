package io.crij.server.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class OutputTest {
    private final StringWriter err = new StringWriter();

    @Test
    void whatWasPrintedChangesNoExitCode() throws Exception {
        var target = new ByteArrayOutputStream();
        var output = new Output(target);
        output.write("text".getBytes(StandardCharsets.UTF_8));
        output.write('!');
        assertEquals("text!", target.toString(StandardCharsets.UTF_8));
        assertEquals(7, output.exitCode(7, new PrintWriter(err)));
        assertEquals("", err.toString());
    }

    @Test
    void fullDiskIsAFailureThoughPrintStreamSwallowsIt() throws Exception {
        try (var full = new FileOutputStream("/dev/full")) {
            var output = new Output(full);
            new PrintStream(output, true).println("lost");
            assertEquals(ExitCode.FAILED, output.exitCode(0, new PrintWriter(err)));
        }
        assertTrue(err.toString().contains("No space left on device"), err.toString());
    }

    @Test
    void goneReaderIsNoNews() {
        var output = new Output(new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException("Broken pipe");
            }
        });
        assertThrows(IOException.class, () -> output.write('x'));
        assertEquals(ExitCode.NO_READER, output.exitCode(0, new PrintWriter(err)));
        assertEquals("", err.toString());
    }
}
