package io.crij.image.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crij.image.ImageException.InvalidHostConfig;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RegistryHostsTest {
    @TempDir
    Path folder;

    private List<RegistryHost> hosts(String registry, String toml) throws Exception {
        Files.writeString(Files.createDirectories(folder.resolve(registry)).resolve("hosts.toml"), toml);
        return new RegistryHosts(List.of(folder)).of(registry);
    }

    private URI only(String registry) throws Exception {
        return new RegistryHosts(List.of(folder)).of(registry).getFirst().base();
    }

    @Test
    void withoutConfigurationTheRegistryItselfIsAsked() throws Exception {
        assertEquals(URI.create("https://registry-1.docker.io/v2"), only("docker.io"));
        assertEquals(URI.create("https://quay.io/v2"), only("quay.io"));
        assertEquals(URI.create("http://localhost:5000/v2"), only("localhost:5000"));
        assertEquals(URI.create("http://127.0.0.2:5000/v2"), only("127.0.0.2:5000"));
        assertEquals(URI.create("https://localhost:443/v2"), only("localhost:443"));
    }

    @Test
    void mirrorsComeInTheFilesOrderAndTheRegistryLast() throws Exception {
        List<RegistryHost> hosts = hosts("docker.io", """
                server = "https://registry-1.docker.io"
                [host."https://z.example"]
                  capabilities = ["pull"]
                  [host."https://z.example".header]
                    x-key = ["a", "b"]
                [host."http://a.example:8080/proxy"]
                  override_path = true
                  skip_verify = true
                """);
        assertEquals(
                List.of("https://z.example/v2", "http://a.example:8080/proxy", "https://registry-1.docker.io/v2"),
                hosts.stream().map(it -> it.base().toString()).toList());
        assertFalse(hosts.getFirst().resolves());
        assertTrue(hosts.getFirst().mirror());
        assertEquals(Map.of("x-key", "a, b"), hosts.getFirst().headers());
        assertTrue(hosts.get(1).tls().skipVerify());
        assertFalse(hosts.getLast().mirror());
        assertEquals(
                "https://z.example/v2/a/manifests/b?ns=docker.io",
                hosts.getFirst().resolve("/a/manifests/b", "docker.io").toString());
    }

    @Test
    void certificatesLieBesideTheFile() throws Exception {
        RegistryHost host = hosts("host.example", """
                ca = "ca.pem"
                client = [["c.pem", "/k.pem"], "both.pem"]
                """).getFirst();
        assertEquals(List.of(folder.resolve("host.example/ca.pem")), host.tls().ca());
        assertEquals(Path.of("/k.pem"), host.tls().clients().getFirst().key());
        assertEquals(2, host.tls().clients().size());
        assertEquals(URI.create("https://host.example/v2"), host.base());
    }

    @Test
    void dockersFolderOfCertificatesIsUnderstood() throws Exception {
        Path certs = Files.createDirectories(folder.resolve("host.example:5000"));
        for (String name : List.of("ca.crt", "me.cert", "me.key")) {
            Files.createFile(certs.resolve(name));
        }
        RegistryHost host =
                new RegistryHosts(List.of(folder)).of("host.example:5000").getFirst();
        assertEquals(List.of(certs.resolve("ca.crt")), host.tls().ca());
        assertEquals(certs.resolve("me.key"), host.tls().clients().getFirst().key());
    }

    @Test
    void theDefaultFolderCountsForAllOthers() throws Exception {
        hosts("_default", "server = \"http://all.example\"\n");
        assertEquals(URI.create("http://all.example/v2"), only("whatever.example"));
    }

    @Test
    void mistakesAreToldWithFileAndKey() throws Exception {
        for (String wrong : List.of(
                "server = 1",
                "servr = \"x\"",
                "[host.\"https://a\"]\nskip_verify = \"yes\"",
                "[host.\"ftp://a\"]",
                "client = [[\"a\"]]",
                "server = \"unclosed")) {
            var refused = assertThrows(InvalidHostConfig.class, () -> hosts("host.example", wrong));
            assertTrue(refused.getMessage().contains("hosts.toml"), refused.getMessage());
        }
        var unknown = assertThrows(InvalidHostConfig.class, () -> hosts("host.example", "servr = \"x\""));
        assertTrue(unknown.getMessage().contains("servr"), unknown.getMessage());
    }
}
