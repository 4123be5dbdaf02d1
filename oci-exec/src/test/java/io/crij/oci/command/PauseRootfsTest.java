package io.crij.oci.command;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crij.oci.program.PauseElf;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PauseRootfsTest {
    @TempDir
    Path own;

    @Test
    void hasThePauseProgramAndPlacesForMounts() throws IOException {
        Path root = PauseRootfs.prepare(own);
        assertArrayEquals(PauseElf.image(), Files.readAllBytes(root.resolve("pause")));
        assertTrue(Files.isExecutable(root.resolve("pause")));
        assertTrue(Files.isDirectory(root.resolve("proc")));
    }

    @Test
    void aProgramOfAnEarlierVersionIsReplaced() throws IOException {
        Path program = PauseRootfs.prepare(own).resolve("pause");
        Files.delete(program);
        Files.writeString(program, "earlier");
        PauseRootfs.prepare(own);
        assertArrayEquals(PauseElf.image(), Files.readAllBytes(program));
        assertTrue(Files.isExecutable(program));
    }
}
