package io.crij.oci.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class BuiltinRuntimeTest {
    private Box box;

    @BeforeEach
    void open() throws Exception {
        box = new Box();
    }

    @AfterEach
    void close() throws Exception {
        box.close();
    }

    @Test
    void runsACommandAndTellsHowItEnded() throws Exception {
        var outcome = box.run("echo", "sh", "-c", "echo hello; echo oops >&2; exit 3");
        assertEquals(new Box.Outcome("hello\n", "oops\n", 3), outcome);
    }

    @Test
    void execRunsInTheContainer() throws Exception {
        String id = box.id("exec");
        box.create(id, box.spec(id, "sleep", "100"));
        box.runtime.start(id);
        var outcome = box.exec(id, Box.process("sh", "-c", "hostname; cat /proc/1/comm"));
        assertEquals(new Box.Outcome("box\nsleep\n", "", 0), outcome);
    }
}
