package io.crij.oci.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crij.linux.Fd;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SpareNetworkTest {
    private static Fd await(SpareNetwork spares) throws InterruptedException {
        for (int i = 0; i < 3000; i++) {
            Optional<Fd> taken = spares.take();
            if (taken.isPresent()) {
                return taken.get();
            }
            Thread.sleep(10);
        }
        throw new AssertionError("no namespace was made ahead");
    }

    private static Path namespace(Fd fd) throws Exception {
        return Files.readSymbolicLink(Path.of("/proc/self/fd/" + fd.number()));
    }

    @Test
    void eachIsUsedOnce() throws Exception {
        try (var spares = new SpareNetwork(Duration.ofMinutes(1))) {
            assertEquals(Optional.empty(), spares.take());
            spares.prepare();
            spares.prepare();
            try (Fd first = await(spares)) {
                assertEquals(Optional.empty(), spares.take());
                spares.prepare();
                try (Fd second = await(spares)) {
                    assertNotEquals(namespace(first), namespace(second));
                }
            }
        }
    }

    @Test
    void whatNobodyTakesIsGivenBack() throws Exception {
        try (var spares = new SpareNetwork(Duration.ZERO)) {
            spares.prepare();
            Thread.sleep(50);
            // given back, or not made yet and then given back
            for (int i = 0; i < 3000 && spares.take().isPresent(); i++) {
                Thread.sleep(10);
            }
            assertEquals(Optional.empty(), spares.take());
        }
    }

    @Test
    void closedOneMakesNone() throws Exception {
        var spares = new SpareNetwork(Duration.ofMinutes(1));
        spares.close();
        spares.prepare();
        Thread.sleep(50);
        assertTrue(spares.take().isEmpty());
    }
}
