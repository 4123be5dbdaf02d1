package io.crij.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.crij.image.layer.TarBuilder;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Against a registry that others have written: Debian's docker-registry.
@Timeout(300)
class DebianRegistryTest {
    @TempDir
    Path folder;

    private final HttpClient http = HttpClient.newHttpClient();
    private Process registry;
    private String address;

    @BeforeEach
    void start() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/docker-registry")), "needs the package docker-registry");
        assumeTrue(ProcessHandle.current().info().user().orElse("").equals("root"), "needs root: layers have owners");
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        address = "127.0.0.1:" + port;
        Path config =
                Files.writeString(folder.resolve("config.yml"), """
                version: 0.1
                log: {level: error, accesslog: {disabled: true}}
                storage: {filesystem: {rootdirectory: %s}}
                http: {addr: "%s"}
                """.formatted(folder.resolve("registry"), address));
        registry = new ProcessBuilder("/usr/bin/docker-registry", "serve", config.toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("log").toFile())
                .start();
        for (int i = 0; i < 1200 && !answers(); i++) {
            Thread.sleep(50);
        }
        assertTrue(answers(), Files.readString(folder.resolve("log")));
    }

    private boolean answers() throws InterruptedException {
        try {
            return send(request("/v2/").GET()).statusCode() == 200;
        } catch (IOException e) {
            return false;
        }
    }

    @AfterEach
    void stop() throws Exception {
        if (registry != null) {
            registry.destroy();
            registry.waitFor();
        }
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://" + address + path));
    }

    private HttpResponse<Void> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return http.send(request.build(), HttpResponse.BodyHandlers.discarding());
    }

    private Reference push(String repository, TestImage image) throws Exception {
        byte[] manifest = image.manifest();
        for (Map.Entry<Digest, byte[]> blob : image.blobs.entrySet()) {
            String upload = send(request("/v2/" + repository + "/blobs/uploads/")
                            .POST(HttpRequest.BodyPublishers.noBody()))
                    .headers()
                    .firstValue("Location")
                    .orElseThrow();
            URI target = URI.create(upload + (upload.contains("?") ? "&" : "?") + "digest=" + blob.getKey());
            HttpRequest.Builder put = HttpRequest.newBuilder(target)
                    .header("Content-Type", "application/octet-stream")
                    .PUT(HttpRequest.BodyPublishers.ofByteArray(blob.getValue()));
            assertEquals(201, send(put).statusCode());
        }
        HttpRequest.Builder put = request("/v2/" + repository + "/manifests/1")
                .header("Content-Type", TestImage.OCI_MANIFEST)
                .PUT(HttpRequest.BodyPublishers.ofByteArray(manifest));
        assertEquals(201, send(put).statusCode());
        return Reference.parse(address + "/" + repository + ":1");
    }

    @Test
    void imagesArePulledByTagAndByDigest() throws Exception {
        byte[] content = new byte[3_000_000];
        new Random(3).nextBytes(content);
        TestImage image = new TestImage()
                .layer(new TarBuilder().folder("etc").file("etc/a", "one").bytes())
                .layer(new TarBuilder().file("large", content).bytes());
        Reference reference = push("some/app", image);
        try (Images images =
                new Images(ImageSettings.of(folder.resolve("store")).withEnvironment(Map.of()))) {
            Image byTag = images.pull(reference, new Credentials.Anonymous(), PullListener.SILENT);
            assertEquals(image.id(), byTag.id());
            Reference digest = Reference.parse(byTag.repoDigests().getFirst());
            images.remove(byTag.id().toString());
            Image byDigest = images.pull(digest, new Credentials.Anonymous(), PullListener.SILENT);
            assertEquals(image.id(), byDigest.id());
            assertEquals(byTag.repoDigests(), byDigest.repoDigests());
            Path top = images.snapshots().prepare("c", byDigest.id()).lower().getFirst();
            assertEquals(content.length, Files.size(top.resolve("large")));
        }
    }
}
