package io.crij.image.registry;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import io.crij.image.Credentials;
import io.crij.image.Descriptor;
import io.crij.image.Digest;
import io.crij.image.ImageException;
import io.crij.image.ImageSettings;
import io.crij.image.Reference;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A registry that lets in only who shows a certificate; keys in all forms that OpenSSL writes.
@Timeout(300)
class ClientCertificateTest {
    private static final byte[] BLOB = "the blob".getBytes(StandardCharsets.UTF_8);

    @TempDir
    Path folder;

    private HttpsServer server;
    private String registry;

    @BeforeEach
    void start() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/openssl")), "needs openssl");
        openssl("req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -subj /CN=ca");
        openssl("req -x509 -newkey rsa:2048 -nodes -keyout server.key -out server.pem -subj /CN=server"
                + " -CA ca.pem -CAkey ca.key -addext subjectAltName=IP:127.0.0.1");
        openssl("pkcs12 -export -in server.pem -inkey server.key -out server.p12 -passout pass:secret");
        KeyStore keys = KeyStore.getInstance(folder.resolve("server.p12").toFile(), "secret".toCharArray());
        KeyManagerFactory own = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        own.init(keys, "secret".toCharArray());
        KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
        trusted.load(null, null);
        try (InputStream ca = Files.newInputStream(folder.resolve("ca.pem"))) {
            trusted.setCertificateEntry(
                    "ca", CertificateFactory.getInstance("X.509").generateCertificate(ca));
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(own.getKeyManagers(), trust.getTrustManagers(), null);
        server = HttpsServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(context) {
            @Override
            public void configure(HttpsParameters parameters) {
                SSLParameters wanted = getSSLContext().getDefaultSSLParameters();
                wanted.setNeedClientAuth(true);
                parameters.setSSLParameters(wanted);
            }
        });
        server.createContext("/", exchange -> {
            try (exchange) {
                exchange.sendResponseHeaders(200, BLOB.length);
                exchange.getResponseBody().write(BLOB);
            }
        });
        server.start();
        registry = "127.0.0.1:" + server.getAddress().getPort();
    }

    @AfterEach
    void stop() {
        if (server != null) {
            server.stop(0);
        }
    }

    private void openssl(String arguments) throws Exception {
        List<String> command = new java.util.ArrayList<>(List.of("openssl"));
        command.addAll(List.of(arguments.split(" ")));
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), said);
    }

    private byte[] blob(String configuration) throws Exception {
        Path file =
                Files.createDirectories(folder.resolve("certs.d/" + registry)).resolve("hosts.toml");
        Files.writeString(file, "server = \"https://" + registry + "\"\n" + configuration);
        ImageSettings settings = ImageSettings.of(folder)
                .withRegistryConfig(List.of(folder.resolve("certs.d")))
                .withEnvironment(Map.of());
        Reference reference = Reference.parse(registry + "/app:1");
        Backoff quick = new Backoff(2, Duration.ofMillis(1), Duration.ofMillis(5));
        try (var content = new RegistryContent(
                        reference, new Credentials.Anonymous(), settings, InetAddress::getAllByName, quick);
                InputStream in = content.blob(new Descriptor("", Digest.of(BLOB), BLOB.length, null))) {
            return in.readAllBytes();
        }
    }

    @Test
    void whoShowsNoneIsNotLetIn() {
        var refused = assertThrows(ImageException.RegistryUnavailable.class, () -> blob("ca = \"../../ca.pem\"\n"));
        assertTrue(refused.getMessage().contains(registry), refused.getMessage());
    }

    @ParameterizedTest
    @ValueSource(strings = {"rsa PKCS#8", "rsa PKCS#1", "ec PKCS#8", "ec SEC 1"})
    void aKeyInEveryFormLetsIn(String form) throws Exception {
        openssl("req -x509 -nodes -keyout client.key -out client.pem -subj /CN=client -CA ca.pem -CAkey ca.key -newkey "
                + (form.startsWith("rsa") ? "rsa:2048" : "ec -pkeyopt ec_paramgen_curve:P-384"));
        if (form.endsWith(" 1") || form.endsWith("#1")) {
            openssl((form.startsWith("rsa") ? "rsa" : "ec") + " -in client.key -out old.key"
                    + (form.startsWith("rsa") ? " -traditional" : ""));
            Files.move(
                    folder.resolve("old.key"),
                    folder.resolve("client.key"),
                    java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        }
        assertArrayEquals(
                BLOB, blob("ca = \"../../ca.pem\"\nclient = [[\"../../client.pem\", \"../../client.key\"]]\n"));
        Files.writeString(
                folder.resolve("both.pem"),
                Files.readString(folder.resolve("client.key")) + Files.readString(folder.resolve("client.pem")));
        assertArrayEquals(BLOB, blob("ca = \"../../ca.pem\"\nclient = \"../../both.pem\"\n"));
    }

    @Test
    void aKeyThatCannotBeUsedIsTold() throws Exception {
        Files.writeString(folder.resolve("bad.pem"), Files.readString(folder.resolve("ca.pem")));
        var refused = assertThrows(
                ImageException.RegistryUnavailable.class,
                () -> blob("ca = \"../../ca.pem\"\nclient = \"../../bad.pem\"\n"));
        assertTrue(refused.getMessage().contains("bad.pem"), refused.getMessage());
    }
}
