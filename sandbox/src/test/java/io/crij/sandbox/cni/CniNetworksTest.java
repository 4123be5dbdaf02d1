package io.crij.sandbox.cni;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.TextNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class CniNetworksTest {
    @TempDir
    Path folder;

    private PluginScripts plugins;
    private CniNetworks networks;

    @BeforeEach
    void start() throws Exception {
        plugins = new PluginScripts(folder);
        plugins.network("net", "1.0.0", "one", "two");
        networks = open(Duration.ofSeconds(10));
    }

    private CniNetworks open(Duration timeout) throws Exception {
        return new CniNetworks(
                plugins.configurations(), "", List.of(plugins.programs()), folder.resolve("state"), timeout);
    }

    @AfterEach
    void end() {
        networks.close();
    }

    private CniRequest request() throws Exception {
        var netns = folder.resolve("netns");
        Files.writeString(netns, "");
        var arguments = new TreeMap<>(Map.of("IgnoreUnknown", "1", "K8S_POD_NAME", "web"));
        return new CniRequest(
                "c1",
                netns,
                "eth0",
                arguments,
                Map.of("portMappings", TextNode.valueOf("p"), "dns", TextNode.valueOf("d")));
    }

    @Test
    void addRunsAllPluginsInOrderAndChainsTheirResults() throws Exception {
        var result = networks.add(request());

        assertEquals(List.of("10.9.0.7", "fd00::7"), result.addresses());
        assertEquals(
                List.of("ADD one c1 eth0 " + folder.resolve("netns"), "ADD two c1 eth0 " + folder.resolve("netns")),
                plugins.calls());
        assertEquals("IgnoreUnknown=1;K8S_POD_NAME=web", plugins.arguments().getFirst());
        JsonNode first = new ObjectMapper().readTree(plugins.input("one", "ADD"));
        JsonNode second = new ObjectMapper().readTree(plugins.input("two", "ADD"));
        assertFalse(first.has("prevResult"));
        assertEquals("net", first.path("name").asText());
        assertEquals("1.0.0", first.path("cniVersion").asText());
        assertEquals("p", first.path("runtimeConfig").path("portMappings").asText());
        assertFalse(first.path("runtimeConfig").has("dns"), "the plugin does not declare it");
        assertEquals(3, second.path("prevResult").path("ips").size());
    }

    @Test
    void describesTheNetworkInUseAndWhatWasLeftOut() throws Exception {
        Files.writeString(plugins.configurations().resolve("99-torn.conflist"), "{");
        try (var other = open(Duration.ofSeconds(10))) {
            JsonNode description = other.describe();
            assertEquals("net", description.at("/inUse/name").asText());
            assertEquals("two", description.at("/inUse/plugins/1").asText());
            assertTrue(description.at("/rejected/0").asText().contains("99-torn.conflist"), description.toString());
        }
    }

    @Test
    void aPluginSeesACleanEnvironment() throws Exception {
        networks.add(request());
        var names = plugins.environment().stream()
                .map(line -> line.replaceFirst("=.*", ""))
                .filter(name -> !List.of("PWD", "OLDPWD", "SHLVL", "_").contains(name))
                .sorted()
                .toList();
        assertEquals(
                List.of("CNI_ARGS", "CNI_COMMAND", "CNI_CONTAINERID", "CNI_IFNAME", "CNI_NETNS", "CNI_PATH", "PATH"),
                names);
    }

    @Test
    void delRunsInReverseWithTheResultAlsoAfterARestartWithAnotherConfiguration() throws Exception {
        networks.add(request());
        networks.close();
        Files.delete(plugins.configurations().resolve("net.conflist"));
        networks = open(Duration.ofSeconds(10));
        networks.delete("c1");

        assertEquals(
                List.of("DEL two c1 eth0 " + folder.resolve("netns"), "DEL one c1 eth0 " + folder.resolve("netns")),
                plugins.calls().subList(2, 4));
        assertTrue(new ObjectMapper().readTree(plugins.input("one", "DEL")).has("prevResult"));
        assertEquals(List.of(), plugins.leases());
        assertEquals(List.of(), networks.attached());
        networks.delete("c1");
        assertEquals(4, plugins.calls().size());
    }

    @Test
    void delTriesEveryPluginAndKeepsTheAttachmentWhenOneFails() throws Exception {
        networks.add(request());
        plugins.instead("two", "DEL", "echo not json; echo broken >&2; exit 3");
        var failed = assertThrows(CniException.class, () -> networks.delete("c1"));
        assertTrue(failed.getMessage().contains("broken"), failed.getMessage());
        assertEquals(List.of("c1.two"), plugins.leases());
        assertEquals(1, networks.attached().size());

        plugins.asUsual("two", "DEL");
        networks.delete("c1");
        assertEquals(List.of(), plugins.leases());
    }

    @Test
    void delOfAVanishedNamespaceNamesNone() throws Exception {
        networks.add(request());
        Files.delete(folder.resolve("netns"));
        networks.delete("c1");
        assertEquals("DEL one c1 eth0 ", plugins.calls().getLast());
    }

    @Test
    @Timeout(30)
    void aHangingPluginIsKilledWithItsChildren() throws Exception {
        networks.close();
        networks = open(Duration.ofMillis(300));
        plugins.instead("one", "ADD", "sleep 1000 & echo $! > \"$dir/../child\"; wait");
        var failed = assertThrows(CniException.class, () -> networks.add(request()));
        assertTrue(failed.getMessage().contains("killed after"), failed.getMessage());
        var child = Path.of("/proc/" + Files.readString(folder.resolve("child")).strip() + "/stat");
        for (int i = 0;
                i < 200 && Files.exists(child) && !Files.readString(child).contains(") Z ");
                i++) {
            Thread.sleep(20);
        }
        assertTrue(!Files.exists(child) || Files.readString(child).contains(") Z "));
    }

    @Test
    @Timeout(30)
    void anInterruptedCallerEndsThePlugin() throws Exception {
        plugins.instead("one", "ADD", "echo $$ > \"$dir/../pid\"; sleep 1000");
        var caller =
                Thread.ofVirtual().start(() -> assertThrows(InterruptedException.class, () -> networks.add(request())));
        var pid = folder.resolve("pid");
        while (!Files.exists(pid) || Files.readString(pid).isBlank()) {
            Thread.sleep(10);
        }
        caller.interrupt();
        caller.join();
        var process = Path.of("/proc/" + Files.readString(pid).strip());
        for (int i = 0; i < 200 && Files.exists(process); i++) {
            Thread.sleep(20);
        }
        assertFalse(Files.exists(process));
    }

    @Test
    void checkAsksEveryPluginUnlessDisabled() throws Exception {
        networks.add(request());
        networks.check("c1");
        assertEquals(
                2,
                plugins.calls().stream()
                        .filter(call -> call.startsWith("CHECK"))
                        .count());
        plugins.instead("two", "CHECK", "echo '{\"code\":100,\"msg\":\"gone\"}'; exit 1");
        assertEquals(
                100,
                assertThrows(CniException.class, () -> networks.check("c1")).code());
    }

    @Test
    void aMissingPluginIsNamedWithTheFoldersSearched() throws Exception {
        Files.delete(plugins.programs().resolve("two"));
        var missing = assertThrows(CniException.class, () -> networks.status());
        assertTrue(missing.getMessage().contains("\"two\""), missing.getMessage());
        assertTrue(missing.getMessage().contains(plugins.programs().toString()), missing.getMessage());
        assertThrows(CniException.class, () -> networks.add(request()));
        assertEquals(List.of(), plugins.calls(), "nothing is begun that cannot be ended");
    }

    @Test
    void aNetworkIsUsableWithoutALookOnlyWhileItsLastLookIsGood() throws Exception {
        var anHour = Duration.ofHours(1);
        assertFalse(networks.usableWithin(anHour), "nobody has looked yet");
        networks.status();
        assertTrue(networks.usableWithin(anHour));
        assertFalse(networks.usableWithin(Duration.ZERO));

        Files.delete(plugins.programs().resolve("two"));
        assertThrows(CniException.class, () -> networks.status());
        assertFalse(networks.usableWithin(anHour), "a look has found that a plugin is missing");
    }

    @Test
    void aNetworkIsNotUsableWithoutALookOnceItsConfigurationIsAnother() throws Exception {
        var anHour = Duration.ofHours(1);
        networks.status();
        Files.delete(plugins.configurations().resolve("net.conflist"));
        for (int i = 0; i < 2_000 && networks.usableWithin(anHour); i++) {
            Thread.sleep(10);
        }
        assertFalse(networks.usableWithin(anHour));
        assertThrows(CniException.class, () -> networks.status());
    }

    @Test
    void aPluginThatIsToBeAskedIsAskedEachTime() throws Exception {
        plugins.network("aaa", "1.1.0", "one");
        eventuallyCurrent("aaa");
        networks.status();
        assertFalse(networks.usableWithin(Duration.ofHours(1)));
    }

    @Test
    void statusAndGcAreOfVersion11() throws Exception {
        networks.status();
        networks.collectGarbage();
        assertEquals(List.of(), plugins.calls());

        plugins.network("aaa", "1.1.0", "one");
        eventuallyCurrent("aaa");
        networks.add(request());
        networks.collectGarbage();
        var gc = new ObjectMapper().readTree(plugins.input("one", "GC"));
        assertEquals(
                "c1",
                gc.path("cni.dev/valid-attachments").path(0).path("containerID").asText());
        plugins.instead("one", "STATUS", "echo '{\"code\":50,\"msg\":\"no routes yet\"}'; exit 1");
        assertEquals(
                50, assertThrows(CniException.class, () -> networks.status()).code());
    }

    private void eventuallyCurrent(String name) throws Exception {
        for (int i = 0; i < 500; i++) {
            var request = new CniRequest("probe", folder.resolve("x"), "eth0", Map.of(), Map.of());
            networks.add(request);
            var network = networks.attachment("probe").orElseThrow().network();
            networks.delete("probe");
            if (network.equals(name)) {
                return;
            }
            Thread.sleep(10);
        }
        throw new AssertionError("the new configuration was not seen");
    }

    @Test
    void aConfigurationThatComesLaterIsSeen() throws Exception {
        networks.close();
        Files.delete(plugins.configurations().resolve("net.conflist"));
        Files.writeString(plugins.configurations().resolve("bad.conf"), "{ no json");
        networks = open(Duration.ofSeconds(10));
        var none = assertThrows(CniException.class, () -> networks.status());
        assertTrue(none.getMessage().contains("bad.conf is not well-formed JSON"), none.getMessage());

        plugins.network("late", "0.3.1", "one");
        for (int i = 0; i < 500 && !ready(); i++) {
            Thread.sleep(10);
        }
        assertTrue(ready());
    }

    private boolean ready() throws InterruptedException {
        try {
            networks.status();
            return true;
        } catch (CniException e) {
            return false;
        }
    }

    @Test
    void theNamedNetworkIsTakenInsteadOfTheFirst() throws Exception {
        plugins.network("aaa", "1.0.0", "one");
        networks.close();
        networks = new CniNetworks(
                plugins.configurations(),
                "net",
                List.of(plugins.programs()),
                folder.resolve("state"),
                Duration.ofSeconds(10));
        networks.add(request());
        assertEquals("net", networks.attachment("c1").orElseThrow().network());
    }

    @Test
    void configurationsThatCouldRunAnythingAreRefused() {
        for (var text : List.of(
                "{\"cniVersion\":\"1.0.0\",\"name\":\"n\",\"plugins\":[{\"type\":\"../sh\"}]}",
                "{\"cniVersion\":\"1.0.0\",\"name\":\"n\",\"plugins\":[]}",
                "{\"cniVersion\":\"9.0.0\",\"name\":\"n\",\"type\":\"x\"}",
                "{\"cniVersion\":\"1.0.0\",\"name\":\"../n\",\"type\":\"x\"}",
                "[]",
                "{\"cniVersion\":\"1.0.0\",\"name\":\"n\",\"plugins\":[3]}")) {
            assertThrows(
                    CniException.class,
                    () -> new CniConfigReader().read(Path.of("/x"), new ObjectMapper().readTree(text)),
                    text);
        }
    }
}
