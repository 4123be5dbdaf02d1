package io.crij.server.streaming;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(180)
class TlsFilesTest {
    private static final char[] PASSWORD = "secret".toCharArray();

    @TempDir
    Path folder;

    /// Writes a fresh certificate and its key.
    private void write(String name, Instant modified) throws Exception {
        var store = folder.resolve(name + ".p12");
        var keytool = Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
        var process = new ProcessBuilder(
                        keytool,
                        "-genkeypair",
                        "-alias",
                        "a",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=" + name,
                        "-validity",
                        "2",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        store.toString(),
                        "-storepass",
                        new String(PASSWORD))
                .redirectErrorStream(true)
                .start();
        var said = new String(process.getInputStream().readAllBytes());
        assertTrue(process.waitFor(60, TimeUnit.SECONDS) && process.exitValue() == 0, said);
        var keys = KeyStore.getInstance(store.toFile(), PASSWORD);
        pem("cert.pem", "CERTIFICATE", keys.getCertificate("a").getEncoded(), modified);
        pem("key.pem", "PRIVATE KEY", keys.getKey("a", PASSWORD).getEncoded(), modified);
    }

    private void pem(String file, String type, byte[] content, Instant modified) throws IOException {
        var path = folder.resolve(file);
        Files.writeString(
                path,
                "-----BEGIN " + type + "-----\n" + Base64.getMimeEncoder().encodeToString(content) + "\n-----END "
                        + type + "-----\n");
        Files.setLastModifiedTime(path, FileTime.from(modified));
    }

    private StreamSettings settings(Path authority) {
        var usual = Duration.ofMinutes(10);
        return new StreamSettings(
                "127.0.0.1", 0, folder.resolve("cert.pem"), folder.resolve("key.pem"), authority, usual, usual, usual);
    }

    /// Who the server says it is.
    private static String subject(int port) throws Exception {
        var context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {new Anybody()}, null);
        try (var socket = (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", port)) {
            socket.startHandshake();
            socket.getOutputStream().write("GET /exec/x HTTP/1.1\r\nHost: x\r\n\r\n".getBytes());
            assertTrue(new String(socket.getInputStream().readNBytes(12)).startsWith("HTTP/1.1 4"));
            return ((X509Certificate) socket.getSession().getPeerCertificates()[0])
                    .getSubjectX500Principal()
                    .getName();
        }
    }

    private static final class Anybody implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }

    @Test
    void aChangedCertificateIsServedAndABrokenOneIsNot() throws Exception {
        write("first", Instant.ofEpochSecond(1_000));
        try (var source = new FakeSource();
                var server = new StreamingServer(settings(Path.of("")), source)) {
            assertTrue(server.url(new StreamRequest.PortForward("p", List.of()))
                    .orElseThrow()
                    .startsWith("https://127.0.0.1:"));
            assertEquals("CN=first", subject(server.port()));
            write("second", Instant.ofEpochSecond(2_000));
            assertEquals("CN=second", subject(server.port()));
            pem("cert.pem", "CERTIFICATE", new byte[] {1, 2, 3}, Instant.ofEpochSecond(3_000));
            assertEquals("CN=second", subject(server.port()));
        }
    }

    @Test
    void aClientWithoutCertificateIsRefusedWhereOneIsNeeded() throws Exception {
        write("only", Instant.ofEpochSecond(1_000));
        try (var source = new FakeSource();
                var server = new StreamingServer(settings(folder.resolve("cert.pem")), source)) {
            assertThrows(IOException.class, () -> subject(server.port()));
        }
    }

    @Test
    void filesThatAreNotThereAreAnErrorAtStart() {
        var error = assertThrows(IOException.class, () -> new TlsFiles(settings(Path.of(""))));
        assertTrue(error.getMessage().contains("cert.pem"), error.getMessage());
    }
}
