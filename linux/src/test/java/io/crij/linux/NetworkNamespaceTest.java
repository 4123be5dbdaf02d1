package io.crij.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class NetworkNamespaceTest {
    private static final Path OWN = Path.of("/proc/self/ns/net");

    @Test
    void newOneHasALoopbackInterfaceThatIsUp() throws Exception {
        try (Fd namespace = NetworkNamespace.create()) {
            String path = "/proc/" + Self.pid() + "/fd/" + namespace.number();
            var inside = new ProcessBuilder("nsenter", "--net=" + path, "cat", "/proc/net/dev", "/proc/net/fib_trie")
                    .redirectErrorStream(true)
                    .start();
            var text = new String(inside.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertEquals(List.of("lo"), interfaces(text), text);
            // the address comes with the interface's going up
            assertTrue(text.contains("127.0.0.1"), text);
        }
    }

    private static List<String> interfaces(String text) {
        return text.lines()
                .map(String::strip)
                .filter(line -> line.matches("[a-z0-9]+:.*"))
                .map(line -> line.substring(0, line.indexOf(':')))
                .toList();
    }

    @Test
    void thisProcessStaysWhereItIs() throws Exception {
        var before = Files.readSymbolicLink(OWN);
        try (Fd namespace = NetworkNamespace.create()) {
            assertEquals(before, Files.readSymbolicLink(OWN));
            assertNotEquals(before, Files.readSymbolicLink(Path.of("/proc/self/fd/" + namespace.number())));
        }
    }
}
