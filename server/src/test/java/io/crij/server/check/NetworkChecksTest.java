package io.crij.server.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crij.server.check.Finding.Verdict;
import io.crij.server.config.Config;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NetworkChecksTest {
    @TempDir
    Path configurations;

    @TempDir
    Path plugins;

    private void network(String file, String name, String plugin) throws IOException {
        Files.writeString(configurations.resolve(file), """
                {"cniVersion": "1.0.0", "name": "%s", "plugins": [{"type": "%s"}]}""".formatted(name, plugin));
    }

    private void plugin(String name) throws IOException {
        assertTrue(Files.createFile(plugins.resolve(name)).toFile().setExecutable(true));
    }

    private List<Finding> check(String wanted) {
        return new NetworkChecks(new Config.Network(configurations, List.of(plugins), wanted, Duration.ofMinutes(1)))
                .run().stream().filter(f -> f.topic().startsWith("CNI")).toList();
    }

    private Finding only(String wanted) {
        var findings = check(wanted);
        assertEquals(1, findings.size(), findings.toString());
        return findings.getFirst();
    }

    @Test
    void firstByFileNameIsTheNetwork() throws Exception {
        network("20-b.conflist", "second", "absent");
        network("10-a.conflist", "first", "bridge");
        plugin("bridge");
        assertEquals(Verdict.OK, only("").verdict());
        assertTrue(only("").fact().startsWith("first with bridge"), only("").fact());
    }

    @Test
    void configuredNetworkIsTheOneThatIsLookedAt() throws Exception {
        network("10-a.conflist", "first", "bridge");
        network("20-b.conflist", "second", "absent");
        plugin("bridge");
        assertEquals(Verdict.FAIL, only("second").verdict());
        assertTrue(only("second").fact().contains("absent"), only("second").fact());
    }

    @Test
    void configuredNetworkThatIsNotThereFailsWithWhatThereIs() throws Exception {
        network("10-a.conflist", "first", "bridge");
        plugin("bridge");
        assertEquals(Verdict.FAIL, only("other").verdict());
        assertTrue(
                only("other").fact().endsWith("has the name other; there are: first"),
                only("other").fact());
    }

    @Test
    void noNetworkAtAllIsAWarning() {
        assertEquals(Verdict.WARN, only("").verdict());
    }

    @Test
    void pluginThatIsNotExecutableIsMissing() throws Exception {
        network("10-a.conflist", "first", "bridge");
        Files.createFile(plugins.resolve("bridge"));
        assertEquals(Verdict.FAIL, only("").verdict());
    }

    @Test
    void addressPluginIsNeededToo() throws Exception {
        Files.writeString(
                configurations.resolve("a.conf"),
                "{\"name\": \"n\", \"type\": \"bridge\", \"ipam\": {\"type\": \"host-local\"}}");
        plugin("bridge");
        assertTrue(only("").fact().contains("host-local"), only("").fact());
        plugin("host-local");
        assertEquals(Verdict.OK, only("").verdict());
    }

    @Test
    void fileOfNoUseIsLeftOutWithAWarning() throws Exception {
        Files.writeString(configurations.resolve("00-broken.conflist"), "{");
        Files.writeString(configurations.resolve("01-nameless.conflist"), "{\"plugins\": []}");
        network("10-a.conflist", "first", "bridge");
        plugin("bridge");
        assertEquals(
                List.of(Verdict.WARN, Verdict.WARN, Verdict.OK),
                check("").stream().map(Finding::verdict).toList());
    }
}
