package io.crij.server.metrics;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.prometheus.client.CollectorRegistry;
import io.prometheus.client.exporter.common.TextFormat;
import java.io.IOException;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/// `GET /metrics` over HTTP. Each request has a virtual thread of its own.
final class MetricsPort implements AutoCloseable {
    private static final int WAITING = 16;

    private final HttpServer server;
    private final ExecutorService requests = Executors.newVirtualThreadPerTaskExecutor();
    private final CollectorRegistry registry;

    /// @param port 0 for any
    MetricsPort(InetAddress address, int port, CollectorRegistry registry) throws IOException {
        this.registry = registry;
        try {
            server = HttpServer.create(new InetSocketAddress(address, port), WAITING);
        } catch (IOException e) {
            throw new IOException(
                    "Tried to serve metrics on " + address.getHostAddress() + " port " + port + " but " + e.getMessage()
                            + "; choose another metrics.port",
                    e);
        }
        server.setExecutor(requests);
        server.createContext("/", this::answer);
        server.start();
    }

    int port() {
        return server.getAddress().getPort();
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            var method = exchange.getRequestMethod();
            if (!method.equals("GET") && !method.equals("HEAD")) {
                exchange.getResponseHeaders().set("Allow", "GET, HEAD");
                send(exchange, 405, "text/plain; charset=utf-8", "only GET is served here\n");
            } else if (exchange.getRequestURI().getPath().equals("/metrics")) {
                var type = TextFormat.chooseContentType(
                        exchange.getRequestHeaders().getFirst("Accept"));
                var text = new StringWriter();
                TextFormat.writeFormat(type, text, registry.metricFamilySamples());
                send(exchange, 200, type, text.toString());
            } else {
                send(exchange, 404, "text/plain; charset=utf-8", "the metrics are at /metrics\n");
            }
        }
    }

    private static void send(HttpExchange exchange, int code, String type, String text) throws IOException {
        var body = text.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", type);
        if (exchange.getRequestMethod().equals("HEAD")) {
            exchange.sendResponseHeaders(code, -1);
            return;
        }
        exchange.sendResponseHeaders(code, body.length);
        exchange.getResponseBody().write(body);
    }

    @Override
    public void close() {
        server.stop(0);
        requests.shutdownNow();
    }
}
