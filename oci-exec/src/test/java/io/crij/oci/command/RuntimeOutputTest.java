package io.crij.oci.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crij.oci.runtime.OciException;
import io.crij.oci.runtime.OciException.StepFailed;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Runtimes that print more than a pipe holds.
class RuntimeOutputTest {
    private static final String MUCH = "head -c 300000 /dev/zero | tr '\\0' x";

    private CommandBox box;

    @BeforeEach
    void makeBox() throws Exception {
        box = new CommandBox();
    }

    @AfterEach
    void closeBox() throws Exception {
        box.close();
    }

    private String run(String script) throws Exception {
        var settings = box.hurried(box.script(script), Duration.ofSeconds(10));
        return new RuntimeCall(settings, box.builtin.subreapers(), "c", box.folder, List.of("state", "c")).run();
    }

    @Test
    void allOfItIsRead() throws Exception {
        assertEquals("x".repeat(300_000), run(MUCH + "\necho a warning >&2\n"));
    }

    @Test
    void theBeginningOfALongPanicIsTold() throws Exception {
        var failed = assertThrows(
                OciException.class, () -> run(MUCH + "\necho 'panic: it broke' >&2; (" + MUCH + ") >&2; exit 2\n"));
        assertInstanceOf(StepFailed.class, failed);
        String message = String.valueOf(failed.getMessage());
        assertTrue(message.contains("failed: panic: it broke"), message);
        assertTrue(message.length() < 6000, "a message of " + message.length());
    }

    @Test
    void moreThanAnyStateHasIsRefused() throws Exception {
        var failed = assertThrows(OciException.class, () -> run("head -c 17000000 /dev/zero\n"));
        String message = String.valueOf(failed.getMessage());
        assertTrue(message.contains("printed too much") && message.contains("16777216"), message);
    }
}
