package io.crij.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class CgroupMovesTest {
    private static final Path OWN = Path.of("/proc/self/cgroup");

    @Test
    void thisProcessStaysWhereItIs() throws Exception {
        String before = Files.readString(OWN);
        try (var moves = new CgroupMoves()) {
            moves.expect();
            Thread.sleep(Duration.ofMillis(50));
            assertEquals(before, Files.readString(OWN));
        }
    }

    @Test
    void itsThreadEndsWithIt() throws Exception {
        var moves = new CgroupMoves();
        moves.expect();
        moves.close();
        Thread own = Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("cgroup-moves"))
                .findFirst()
                .orElse(null);
        if (own != null) {
            own.join(Duration.ofSeconds(10));
            assertFalse(own.isAlive());
        }
    }
}
