package io.crij.server.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crij.image.Digest;
import io.crij.image.Image;
import io.crij.image.ImageConfig;
import io.crij.image.ImageException;
import io.crij.image.LayerProgress;
import io.crij.image.Platform;
import io.crij.image.PullListener;
import io.crij.sandbox.SandboxEvent;
import io.prometheus.client.CollectorRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ServerMetricsTest {
    private final ServerMetrics metrics = new ServerMetrics("1.2.3");

    @Test
    void metricsAreServedAsText() throws Exception {
        metrics.registry().register(new JvmMetrics());
        metrics.recovered(Duration.ofMillis(250));
        var text = get("/metrics", 200);
        assertTrue(text.contains("crij_build_info{version=\"1.2.3\",java=\""), text);
        assertTrue(text.contains("\ncrij_recovery_seconds 0.25\n"), text);
        assertTrue(text.contains("\njvm_memory_used_bytes{area=\"heap\",} "), text);
        assertTrue(text.contains("\nprocess_open_fds "), text);
    }

    @Test
    void otherPathsAndMethodsAreRefused() throws Exception {
        get("/", 404);
        get("/metrics/x", 404);
        try (var port = port();
                var http = HttpClient.newHttpClient()) {
            var post = HttpRequest.newBuilder(uri(port, "/metrics"))
                    .POST(HttpRequest.BodyPublishers.ofString("x"))
                    .build();
            assertEquals(
                    405, http.send(post, HttpResponse.BodyHandlers.ofString()).statusCode());
        }
    }

    @Test
    void aPortThatIsTakenIsNamed() throws Exception {
        try (var first = port()) {
            var refused = assertThrows(
                    IOException.class,
                    () -> new MetricsPort(InetAddress.getLoopbackAddress(), first.port(), metrics.registry()));
            assertTrue(refused.getMessage().contains("port " + first.port()), refused.getMessage());
            assertTrue(refused.getMessage().contains("metrics.port"), refused.getMessage());
        }
    }

    @Test
    void pullsAreCountedByOutcomeAndBytes() throws Exception {
        var image = new Image(
                Digest.of(new byte[0]),
                List.of(),
                List.of(),
                1,
                List.of(),
                new ImageConfig(
                        "",
                        List.of(),
                        List.of(),
                        List.of(),
                        "",
                        Set.of(),
                        Set.of(),
                        Map.of(),
                        "",
                        new Platform("linux", "amd64", ""),
                        Optional.empty()),
                Instant.EPOCH,
                false,
                Map.of());
        metrics.pulls().measure(PullListener.SILENT, listener -> {
            listener.progress(layer(0, 40, LayerProgress.State.FETCHING));
            listener.progress(layer(1, 7, LayerProgress.State.PRESENT));
            listener.progress(layer(0, 100, LayerProgress.State.DONE));
            return image;
        });
        assertThrows(
                ImageException.NotFound.class,
                () -> metrics.pulls().measure(PullListener.SILENT, _ -> {
                    throw new ImageException.NotFound("x", "no such image");
                }));
        assertEquals(100.0, value("crij_image_pull_bytes_total"));
        assertEquals(1.0, value("crij_image_pulls_total", "outcome", "success"));
        assertEquals(1.0, value("crij_image_pulls_total", "outcome", "not_found"));
        assertEquals(0.0, value("crij_image_pulls_under_way"));
    }

    @Test
    void networkOperationsAreCountedByOutcome() {
        var operation = SandboxEvent.NetworkOperated.Operation.ADD;
        metrics.on(new SandboxEvent.NetworkOperated(operation, Duration.ofMillis(30), true));
        metrics.on(new SandboxEvent.NetworkOperated(operation, Duration.ofMillis(30), false));
        assertEquals(
                1.0,
                metrics.registry()
                        .getSampleValue(
                                "crij_cni_operations_total",
                                new String[] {"operation", "outcome"},
                                new String[] {"add", "failure"}));
        assertEquals(2.0, value("crij_cni_operation_seconds_count", "operation", "add"));
    }

    private static LayerProgress layer(int index, long bytes, LayerProgress.State state) {
        return new LayerProgress(index, 2, Digest.of(new byte[] {(byte) index}), bytes, 100, state);
    }

    private double value(String name, String... label) {
        CollectorRegistry registry = metrics.registry();
        return label.length == 0
                ? registry.getSampleValue(name)
                : registry.getSampleValue(name, new String[] {label[0]}, new String[] {label[1]});
    }

    private MetricsPort port() throws IOException {
        return new MetricsPort(InetAddress.getLoopbackAddress(), 0, metrics.registry());
    }

    private static URI uri(MetricsPort port, String path) {
        return URI.create("http://127.0.0.1:" + port.port() + path);
    }

    private String get(String path, int code) throws Exception {
        try (var port = port();
                var http = HttpClient.newHttpClient()) {
            var answer =
                    http.send(HttpRequest.newBuilder(uri(port, path)).build(), HttpResponse.BodyHandlers.ofString());
            assertEquals(code, answer.statusCode());
            return answer.body();
        }
    }
}
