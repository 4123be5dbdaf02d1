package io.crij.image.registry;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.crij.image.Credentials;
import io.crij.image.Descriptor;
import io.crij.image.Digest;
import io.crij.image.ImageException;
import io.crij.image.ImageSettings;
import io.crij.image.Reference;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(300)
class RegistryContentTest {
    private static final byte[] BLOB = "the blob".getBytes(StandardCharsets.UTF_8);
    private static final Descriptor DESCRIPTOR = new Descriptor("", Digest.of(BLOB), BLOB.length, null);
    private static final Backoff QUICK = new Backoff(3, Duration.ofMillis(1), Duration.ofMillis(5));

    @TempDir
    Path folder;

    private final List<HttpServer> servers = new ArrayList<>();
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private Map<String, String> environment = Map.of();
    private HttpConnections.Resolver resolver = InetAddress::getAllByName;

    /// What one host answers.
    @FunctionalInterface
    private interface Answer {
        void to(HttpExchange exchange) throws IOException;
    }

    @BeforeEach
    void noFiles() throws Exception {
        Files.createDirectories(folder.resolve("certs.d"));
    }

    @AfterEach
    void stop() {
        servers.forEach(it -> it.stop(0));
    }

    private String serve(String name, Answer answer) throws Exception {
        return serve(HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0), name, answer);
    }

    private String serve(HttpServer server, String name, Answer answer) {
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", exchange -> {
            try (exchange) {
                String secret = exchange.getRequestHeaders().getFirst("Authorization");
                requests.add(name + " " + exchange.getRequestMethod() + " " + exchange.getRequestURI()
                        + (secret == null ? "" : " " + secret));
                answer.to(exchange);
            }
        });
        server.start();
        servers.add(server);
        return "127.0.0.1:" + server.getAddress().getPort();
    }

    private static void send(HttpExchange exchange, int status, byte[] body, String... headers) throws IOException {
        for (int i = 0; i < headers.length; i += 2) {
            exchange.getResponseHeaders().add(headers[i], headers[i + 1]);
        }
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        exchange.getResponseBody().write(body);
    }

    private static void sendBlob(HttpExchange exchange) throws IOException {
        send(exchange, 200, BLOB);
    }

    private void configure(String registry, String toml) throws Exception {
        Path dir = Files.createDirectories(folder.resolve("certs.d").resolve(registry));
        Files.writeString(dir.resolve("hosts.toml"), toml);
    }

    private RegistryContent content(String registry, Credentials credentials) throws Exception {
        ImageSettings settings = ImageSettings.of(folder)
                .withRegistryConfig(List.of(folder.resolve("certs.d")))
                .withStallTimeout(Duration.ofSeconds(60))
                .withEnvironment(environment);
        return new RegistryContent(Reference.parse(registry + "/app/x:1"), credentials, settings, resolver, QUICK);
    }

    private byte[] blob(String registry, Credentials credentials) throws Exception {
        try (RegistryContent content = content(registry, credentials);
                InputStream in = content.blob(DESCRIPTOR)) {
            return in.readAllBytes();
        }
    }

    private byte[] blob(String registry) throws Exception {
        return blob(registry, new Credentials.Anonymous());
    }

    @Test
    void tokensAreFetchedWithThePasswordAndUsedForTheRegistryOnly() throws Exception {
        String tokens =
                serve("tokens", exchange -> send(exchange, 200, "{\"token\":\"t0\"}".getBytes(StandardCharsets.UTF_8)));
        String storage = serve("storage", RegistryContentTest::sendBlob);
        String registry = serve("registry", exchange -> {
            if (!"Bearer t0".equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
                send(
                        exchange,
                        401,
                        new byte[0],
                        "WWW-Authenticate",
                        "Bearer realm=\"http://" + tokens + "/token?a=b\",service=\"the registry\"");
            } else {
                send(exchange, 307, new byte[0], "Location", "http://" + storage + "/data?signature=1");
            }
        });
        assertArrayEquals(BLOB, blob(registry, new Credentials.Password("u", "p")));
        String path = " GET /v2/app/x/blobs/" + DESCRIPTOR.digest();
        assertEquals(
                List.of(
                        "registry" + path,
                        "tokens GET /token?a=b&service=the+registry&scope=repository%3Aapp%2Fx%3Apull&account=u Basic"
                                + " dTpw",
                        "registry" + path + " Bearer t0",
                        "storage GET /data?signature=1"),
                requests);
    }

    @Test
    void identityTokensAreExchanged() throws Exception {
        List<String> forms = new CopyOnWriteArrayList<>();
        String tokens = serve("tokens", exchange -> {
            forms.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            send(exchange, 200, "{\"access_token\":\"t1\"}".getBytes(StandardCharsets.UTF_8));
        });
        String registry = serve("registry", bearer(tokens, "t1"));
        assertArrayEquals(BLOB, blob(registry, new Credentials.IdentityToken("refresh")));
        assertTrue(forms.getFirst().contains("grant_type=refresh_token"));
        assertTrue(forms.getFirst().contains("refresh_token=refresh"));
    }

    @Test
    void registryTokensAreSentAsTheyAre() throws Exception {
        String registry = serve("registry", bearer("nowhere.invalid", "mine"));
        assertArrayEquals(BLOB, blob(registry, new Credentials.RegistryToken("mine")));
    }

    private static Answer bearer(String tokens, String wanted) {
        return exchange -> {
            if (("Bearer " + wanted).equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
                sendBlob(exchange);
            } else {
                send(exchange, 401, new byte[0], "WWW-Authenticate", "Bearer realm=\"http://" + tokens + "/\"");
            }
        };
    }

    @Test
    void refusedCredentialsAreTold() throws Exception {
        String tokens = serve("tokens", exchange -> send(exchange, 401, new byte[0]));
        String registry = serve("registry", bearer(tokens, "never"));
        assertThrows(ImageException.Unauthorized.class, () -> blob(registry, new Credentials.Password("u", "wrong")));
        assertThrows(ImageException.Unauthorized.class, () -> blob(registry, new Credentials.RegistryToken("wrong")));
    }

    @Test
    void mirrorsAreAskedFirstAndToldWhichRegistryIsMeant() throws Exception {
        String broken = serve("broken", exchange -> send(exchange, 500, new byte[0]));
        String lacking = serve("lacking", exchange -> send(exchange, 404, new byte[0]));
        String having = serve("having", RegistryContentTest::sendBlob);
        configure("host.example", """
            server = "http://127.0.0.1:1"
            [host."http://%s"]
            [host."http://%s"]
            [host."http://%s"]
            """.formatted(broken, lacking, having));
        assertArrayEquals(BLOB, blob("host.example"));
        assertTrue(requests.getLast().startsWith("having GET /v2/app/x/blobs/"), requests.toString());
        assertTrue(requests.getLast().endsWith("?ns=host.example"), requests.toString());
        assertEquals(4, requests.size(), requests.toString());
    }

    @Test
    void configurationIsReadAtEveryPull() throws Exception {
        String first = serve("first", RegistryContentTest::sendBlob);
        String second = serve("second", RegistryContentTest::sendBlob);
        configure("host.example", "server = \"http://" + first + "\"");
        blob("host.example");
        configure("host.example", "server = \"http://" + second + "\"");
        blob("host.example");
        assertEquals(
                List.of("first", "second"),
                requests.stream().map(it -> it.split(" ")[0]).toList());
    }

    @Test
    void plainHttpGoesThroughTheProxyInItsForm() throws Exception {
        environment = Map.of("HTTP_PROXY", "http://u:p@" + serve("proxy", RegistryContentTest::sendBlob));
        configure("host.invalid", "server = \"http://host.invalid\"");
        assertArrayEquals(BLOB, blob("host.invalid"));
        assertTrue(requests.getFirst().startsWith("proxy GET http://host.invalid/v2/app/x/"), requests.toString());
    }

    @Test
    void tlsGoesThroughTheProxyAsATunnel() throws Exception {
        String registry = serve(tlsServer(), "registry", RegistryContentTest::sendBlob);
        List<String> asked = new CopyOnWriteArrayList<>();
        try (ServerSocket proxy = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            Thread.ofVirtual().start(() -> tunnel(proxy, registry, asked));
            environment = Map.of("HTTPS_PROXY", "http://127.0.0.1:" + proxy.getLocalPort());
            configure("host.invalid", "skip_verify = true");
            assertArrayEquals(BLOB, blob("host.invalid"));
        }
        assertEquals("CONNECT host.invalid:443 HTTP/1.1", asked.getFirst());
    }

    private static void tunnel(ServerSocket proxy, String target, List<String> asked) {
        try (Socket client = proxy.accept();
                Socket server = new Socket("127.0.0.1", Integer.parseInt(target.split(":")[1]))) {
            StringBuilder head = new StringBuilder();
            while (head.indexOf("\r\n\r\n") < 0) {
                head.append((char) client.getInputStream().read());
            }
            asked.add(head.substring(0, head.indexOf("\r\n")));
            client.getOutputStream().write("HTTP/1.1 200 ok\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            Thread back = Thread.ofVirtual().start(() -> copy(server, client));
            copy(client, server);
            back.join();
        } catch (IOException | InterruptedException e) {
            asked.add(e.toString());
        }
    }

    private static void copy(Socket from, Socket to) {
        try {
            from.getInputStream().transferTo(to.getOutputStream());
            to.shutdownOutput();
        } catch (IOException e) {
            // one side has ended
        }
    }

    /// A server with a certificate of its own for 127.0.0.1, made by keytool; `ca.pem` is that certificate.
    private HttpsServer tlsServer() throws Exception {
        Path store = folder.resolve("server.p12");
        String keytool =
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
        run(
                keytool,
                "-genkeypair",
                "-alias",
                "a",
                "-keyalg",
                "EC",
                "-dname",
                "CN=test",
                "-ext",
                "san=ip:127.0.0.1",
                "-keystore",
                store.toString(),
                "-storepass",
                "secret",
                "-storetype",
                "PKCS12");
        run(
                keytool,
                "-exportcert",
                "-rfc",
                "-alias",
                "a",
                "-keystore",
                store.toString(),
                "-storepass",
                "secret",
                "-file",
                folder.resolve("ca.pem").toString());
        KeyStore keys = KeyStore.getInstance(store.toFile(), "secret".toCharArray());
        KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(keys, "secret".toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(factory.getKeyManagers(), null, null);
        HttpsServer server = HttpsServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(context));
        return server;
    }

    private static void run(String... command) throws Exception {
        assertEquals(
                0,
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .inheritIO()
                        .start()
                        .waitFor());
    }

    @Test
    void aCertificateCountsOnlyWithItsAuthority() throws Exception {
        String registry = serve(tlsServer(), "registry", RegistryContentTest::sendBlob);
        configure(registry, "server = \"https://" + registry + "\"\n");
        var refused = assertThrows(ImageException.RegistryUnavailable.class, () -> blob(registry));
        assertTrue(refused.getMessage().contains("hosts.toml"), refused.getMessage());
        assertEquals(List.of(), requests);
        configure(registry, "server = \"https://" + registry + "\"\nca = \"" + folder.resolve("ca.pem") + "\"\n");
        assertArrayEquals(BLOB, blob(registry));
        configure(registry, "server = \"https://" + registry + "\"\nskip_verify = true\n");
        assertArrayEquals(BLOB, blob(registry));
        configure(registry, "server = \"https://" + registry + "\"\n");
        environment = Map.of("SSL_CERT_FILE", folder.resolve("ca.pem").toString());
        assertArrayEquals(BLOB, blob(registry));
    }

    @Test
    void anAddressThatDoesNotAnswerIsFollowedByTheNext() throws Exception {
        String registry = serve("registry", RegistryContentTest::sendBlob);
        resolver = host -> new InetAddress[] {
            InetAddress.getByAddress(host, new byte[] {0x20, 1, 0xd, (byte) 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}),
            InetAddress.getByName("127.0.0.1")
        };
        assertArrayEquals(BLOB, blob(registry));
    }

    @Test
    void aHostThatDoesNotExistIsTold() {
        var refused = assertThrows(ImageException.RegistryUnavailable.class, () -> blob("host.invalid"));
        assertTrue(refused.getMessage().contains("DNS"), refused.getMessage());
    }

    @Test
    void circlesOfRedirectsEnd() throws Exception {
        String registry = serve(
                "registry",
                exchange -> send(
                        exchange,
                        302,
                        new byte[0],
                        "Location",
                        exchange.getRequestURI().toString()));
        assertThrows(ImageException.RegistryUnavailable.class, () -> blob(registry));
    }

    @Test
    void aTokenThatHasExpiredIsFetchedAnew() throws Exception {
        String tokens = serve("tokens", exchange -> {
            long asked = requests.stream().filter(it -> it.startsWith("tokens")).count();
            send(exchange, 200, ("{\"token\":\"t" + asked + "\"}").getBytes(StandardCharsets.UTF_8));
        });
        List<String> valid = new CopyOnWriteArrayList<>(List.of("Bearer t1"));
        String registry = serve("registry", exchange -> {
            if (valid.contains(exchange.getRequestHeaders().getFirst("Authorization"))) {
                sendBlob(exchange);
                valid.replaceAll(it -> "Bearer t2"); // each is good for one request
            } else {
                send(exchange, 401, new byte[0], "WWW-Authenticate", "Bearer realm=\"http://" + tokens + "/\"");
            }
        });
        try (RegistryContent content = content(registry, new Credentials.Anonymous())) {
            for (int i = 0; i < 2; i++) {
                try (InputStream in = content.blob(DESCRIPTOR)) {
                    assertArrayEquals(BLOB, in.readAllBytes());
                }
            }
        }
    }

    @Test
    void configuredFieldsAndPathsAreForTheirHostOnly() throws Exception {
        String storage = serve("storage", exchange -> {
            requests.add("storage got " + exchange.getRequestHeaders().getFirst("x-key"));
            sendBlob(exchange);
        });
        String mirror = serve("mirror", exchange -> {
            requests.add("mirror got " + exchange.getRequestHeaders().getFirst("x-key"));
            send(exchange, 307, new byte[0], "Location", "http://" + storage + "/data");
        });
        configure("host.example", """
            server = "http://127.0.0.1:1"
            [host."http://%s/cache/hub"]
              override_path = true
              [host."http://%s/cache/hub".header]
                x-key = "secret"
            """.formatted(mirror, mirror));
        assertArrayEquals(BLOB, blob("host.example"));
        assertEquals(
                List.of(
                        "mirror GET /cache/hub/app/x/blobs/" + DESCRIPTOR.digest() + "?ns=host.example",
                        "mirror got secret",
                        "storage GET /data",
                        "storage got null"),
                requests);
    }

    @Test
    void aHostThatDoesNotKnowRangesIsReadAgainFromTheStart() throws Exception {
        int[] served = {0};
        String registry = serve("registry", exchange -> {
            exchange.sendResponseHeaders(200, BLOB.length);
            // the second answer breaks off before the place where the first one did
            int part = new int[] {5, 2, BLOB.length}[Math.min(served[0]++, 2)];
            exchange.getResponseBody().write(BLOB, 0, part);
            exchange.getResponseBody().flush();
        });
        assertArrayEquals(BLOB, blob(registry));
        assertEquals(3, requests.size(), requests.toString());
    }

    @Test
    void chunkedAnswersAreRead() throws Exception {
        String registry = serve("registry", exchange -> {
            exchange.sendResponseHeaders(200, 0);
            exchange.getResponseBody().write(BLOB, 0, 3);
            exchange.getResponseBody().flush();
            exchange.getResponseBody().write(BLOB, 3, BLOB.length - 3);
        });
        assertArrayEquals(BLOB, blob(registry));
    }

    @Test
    void whatIsNotHttpIsTold() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            Thread.ofVirtual().start(() -> {
                while (true) {
                    try (Socket client = server.accept()) {
                        client.getOutputStream().write("SSH-2.0-x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                    } catch (IOException e) {
                        return;
                    }
                }
            });
            String registry = "127.0.0.1:" + server.getLocalPort();
            var refused = assertThrows(ImageException.RegistryUnavailable.class, () -> blob(registry));
            assertFalse(refused.getMessage().isEmpty());
        }
    }
}
