package io.crij.oci.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.crij.linux.Fd;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SpareNetworkTest {
    private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

    /// Other tests of this process may have some open.
    private Set<String> before;

    @BeforeEach
    void note() throws Exception {
        before = networks();
    }

    @AfterEach
    void noneIsLeft() throws Exception {
        awaitNew(0);
    }

    private static Set<String> networks() throws IOException {
        try (var descriptors = Files.list(DESCRIPTORS)) {
            return descriptors
                    .map(SpareNetworkTest::target)
                    .filter(target -> target.startsWith("net:"))
                    .collect(Collectors.toSet());
        }
    }

    private static String target(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString();
        } catch (IOException e) {
            return ""; // closed meanwhile
        }
    }

    /// They are made and given back on a thread that tells nobody.
    private void awaitNew(int count) throws Exception {
        var open = networks();
        open.removeAll(before);
        while (open.size() != count) {
            Thread.sleep(5);
            open = networks();
            open.removeAll(before);
        }
    }

    private static Path namespace(Fd fd) throws IOException {
        return Files.readSymbolicLink(DESCRIPTORS.resolve(Integer.toString(fd.number())));
    }

    @Test
    void eachIsUsedOnce() throws Exception {
        try (var spares = new SpareNetwork(Duration.ofMinutes(1))) {
            assertEquals(Optional.empty(), spares.take());
            try (Fd first = taken(spares);
                    Fd second = taken(spares)) {
                assertNotEquals(namespace(first), namespace(second));
                assertEquals(Optional.empty(), spares.take());
            }
        }
    }

    private static Fd taken(SpareNetwork spares) throws Exception {
        spares.prepare();
        spares.prepare();
        var fd = spares.take();
        while (fd.isEmpty()) {
            Thread.sleep(5);
            fd = spares.take();
        }
        return fd.get();
    }

    @Test
    void whatNobodyTakesIsGivenBack() throws Exception {
        try (var spares = new SpareNetwork(Duration.ofSeconds(2))) {
            spares.prepare();
            awaitNew(1);
            awaitNew(0);
            assertEquals(Optional.empty(), spares.take());
        }
    }

    @Test
    void oneThatIsBeingMadeIsGivenBackAtTheEnd() throws Exception {
        for (int i = 0; i < 20; i++) {
            var spares = new SpareNetwork(Duration.ofMinutes(1));
            spares.prepare();
            spares.close();
            spares.prepare();
            assertEquals(Optional.empty(), spares.take());
        }
        // by the time that this one is there the others have been made too, or soon are
        try (var last = new SpareNetwork(Duration.ofMinutes(1));
                Fd _ = taken(last)) {
            awaitNew(1);
        }
    }
}
