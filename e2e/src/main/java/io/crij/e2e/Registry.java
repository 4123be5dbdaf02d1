package io.crij.e2e;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// Debian's docker-registry on a free port of the loopback interface. Two processes share its storage: one in the
/// network namespace of the node, which the server pulls from, and one on the host, which tests push to.
public final class Registry implements AutoCloseable {
    private static final String MANIFEST = "application/vnd.docker.distribution.manifest.v2+json";
    private static final String CONFIG = "application/vnd.docker.container.image.v1+json";
    private static final String LAYER = "application/vnd.docker.image.rootfs.diff.tar.gzip";

    private final HttpClient http = HttpClient.newHttpClient();
    private final int port;
    private final Daemon inside;
    private final Daemon outside;

    Registry(Path folder, NetworkNamespace network) {
        port = freePort();
        Folders.make(folder);
        var configuration = folder.resolve("registry.yml");
        Folders.write(configuration, """
                version: 0.1
                log: {level: warn, accesslog: {disabled: true}}
                storage:
                  filesystem: {rootdirectory: %s}
                  delete: {enabled: true}
                http: {addr: "127.0.0.1:%d"}
                """.formatted(folder.resolve("data"), port));
        var command = List.of("docker-registry", "serve", configuration.toString());
        outside = new Daemon("the registry", folder.resolve("registry.log"), Map.of(), command);
        outside.awaitReady(this::answers);
        inside = new Daemon(
                "the node's registry", folder.resolve("node-registry.log"), Map.of(), network.inside(command));
    }

    /// `127.0.0.1:PORT`, the same on both sides.
    public String host() {
        return "127.0.0.1:" + port;
    }

    /// The full name of an image of this registry.
    public String name(String reference) {
        return host() + "/" + reference;
    }

    /// Stores the image; returns its full name.
    public String push(TestImage image) {
        int colon = image.reference().lastIndexOf(':');
        var repository = image.reference().substring(0, colon);
        var manifest = JsonNodeFactory.instance.objectNode();
        manifest.put("schemaVersion", 2).put("mediaType", MANIFEST);
        var configuration = image.configuration();
        blob(repository, configuration);
        manifest.putObject("config")
                .put("mediaType", CONFIG)
                .put("size", configuration.length)
                .put("digest", TestImage.digest(configuration));
        var layers = manifest.putArray("layers");
        for (var layer : image.layers()) {
            var compressed = TestImage.gzip(layer);
            blob(repository, compressed);
            layers.addObject()
                    .put("mediaType", LAYER)
                    .put("size", compressed.length)
                    .put("digest", TestImage.digest(compressed));
        }
        var tag = image.reference().substring(colon + 1);
        send(
                201,
                HttpRequest.newBuilder(uri("/v2/" + repository + "/manifests/" + tag))
                        .header("Content-Type", MANIFEST)
                        .PUT(HttpRequest.BodyPublishers.ofByteArray(TestImage.bytes(manifest))));
        return name(image.reference());
    }

    /// Stores an image of files; what is there already is not sent again. Returns its full name.
    public String push(PackedImage image) {
        int colon = image.reference().lastIndexOf(':');
        var repository = image.reference().substring(0, colon);
        var manifest = JsonNodeFactory.instance.objectNode();
        manifest.put("schemaVersion", 2).put("mediaType", "application/vnd.oci.image.manifest.v1+json");
        var configuration = image.configuration();
        blob(repository, configuration);
        manifest.putObject("config")
                .put("mediaType", "application/vnd.oci.image.config.v1+json")
                .put("size", configuration.length)
                .put("digest", TestImage.digest(configuration));
        var layers = manifest.putArray("layers");
        for (var layer : image.packed()) {
            var digest = PackedImage.digestOf(layer);
            if (!has(repository, digest)) {
                blob(repository, digest, file(layer));
            }
            layers.addObject()
                    .put("mediaType", "application/vnd.oci.image.layer.v1.tar+" + image.compression())
                    .put("size", layer.toFile().length())
                    .put("digest", digest);
        }
        var tag = image.reference().substring(colon + 1);
        send(
                201,
                HttpRequest.newBuilder(uri("/v2/" + repository + "/manifests/" + tag))
                        .header("Content-Type", "application/vnd.oci.image.manifest.v1+json")
                        .PUT(HttpRequest.BodyPublishers.ofByteArray(TestImage.bytes(manifest))));
        return name(image.reference());
    }

    private static HttpRequest.BodyPublisher file(Path path) {
        try {
            return HttpRequest.BodyPublishers.ofFile(path);
        } catch (java.io.FileNotFoundException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private boolean has(String repository, String digest) {
        var request = HttpRequest.newBuilder(uri("/v2/" + repository + "/blobs/" + digest))
                .HEAD()
                .build();
        try {
            return http.send(request, BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException e) {
            return false; // then it is sent
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    @Override
    public void close() {
        inside.stop();
        outside.stop();
    }

    private void blob(String repository, byte[] content) {
        blob(repository, TestImage.digest(content), HttpRequest.BodyPublishers.ofByteArray(content));
    }

    private void blob(String repository, String digest, HttpRequest.BodyPublisher content) {
        var begun = send(
                202,
                HttpRequest.newBuilder(uri("/v2/" + repository + "/blobs/uploads/"))
                        .POST(HttpRequest.BodyPublishers.noBody()));
        var separator = begun.contains("?") ? "&" : "?";
        var target = URI.create(begun + separator + "digest=" + digest);
        send(
                201,
                HttpRequest.newBuilder(target)
                        .header("Content-Type", "application/octet-stream")
                        .PUT(content));
    }

    private String send(int expected, HttpRequest.Builder request) {
        try {
            var response = http.send(request.build(), BodyHandlers.ofString());
            if (response.statusCode() != expected) {
                throw new IllegalStateException(
                        "the registry answered " + response.statusCode() + ": " + response.body());
            }
            return response.headers().firstValue("Location").orElse("");
        } catch (IOException e) {
            throw new IllegalStateException("the registry does not answer; its log:\n" + outside.logTail(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    private boolean answers() {
        try {
            return http.send(HttpRequest.newBuilder(uri("/v2/")).build(), BodyHandlers.discarding())
                            .statusCode()
                    == 200;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private URI uri(String path) {
        return URI.create("http://" + host() + path);
    }

    private static int freePort() {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new IllegalStateException("no free port", e);
        }
    }
}
