package io.crij.image;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/// A registry on a free port of the loopback that keeps what is pushed and misbehaves as it is told.
public final class FakeRegistry implements AutoCloseable {
    /// Answers a request instead of the registry; false lets the registry answer.
    @FunctionalInterface
    public interface Fault {
        boolean answer(HttpExchange exchange) throws IOException;
    }

    private record Manifest(String type, byte[] bytes) {}

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Map<String, Manifest> manifests = new ConcurrentHashMap<>();
    private final Map<String, byte[]> blobs = new ConcurrentHashMap<>();
    private final List<Fault> faults = new CopyOnWriteArrayList<>();
    private final CountDownLatch closing = new CountDownLatch(1);

    /// `GET /v2/… [Range] [Authorization]` of every request, in order.
    public final List<String> requests = new CopyOnWriteArrayList<>();

    public FakeRegistry() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    public String address() {
        return "127.0.0.1:" + server.getAddress().getPort();
    }

    Reference push(String name, TestImage image) throws Exception {
        return push(name, image, image.manifest(), TestImage.OCI_MANIFEST);
    }

    Reference push(String name, TestImage image, byte[] manifest, String type) throws Exception {
        image.manifest();
        image.blobs.forEach((digest, bytes) -> blobs.put(digest.toString(), bytes));
        Reference reference = Reference.parse(address() + "/" + name);
        manifest(reference.repository(), reference.target(), type, manifest);
        return reference;
    }

    void manifest(String repository, String target, String type, byte[] bytes) {
        manifests.put(repository + "@" + target, new Manifest(type, bytes));
        manifests.put(repository + "@" + Digest.of(bytes), new Manifest(type, bytes));
    }

    /// Serves other bytes under a digest.
    void corrupt(Digest digest, byte[] bytes) {
        blobs.put(digest.toString(), bytes);
    }

    /// The next faults are asked first; the one added last comes first.
    void fault(Fault fault) {
        faults.addFirst(fault);
    }

    /// Misbehaves for a number of requests whose path contains the text.
    void faultFor(int times, String path, Fault fault) {
        int[] left = {times};
        fault(exchange -> {
            synchronized (left) {
                if (left[0] == 0 || !exchange.getRequestURI().getPath().contains(path)) {
                    return false;
                }
                left[0]--;
            }
            return fault.answer(exchange);
        });
    }

    static Fault status(int status, String... headers) {
        return exchange -> {
            for (int i = 0; i < headers.length; i += 2) {
                exchange.getResponseHeaders().add(headers[i], headers[i + 1]);
            }
            byte[] body = ("{\"errors\":[{\"code\":\"FAKE\",\"message\":\"told to answer " + status + "\"}]}")
                    .getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
            return true;
        };
    }

    /// Sends a part of a blob and then nothing more.
    Fault stallAfter(int bytes) {
        return exchange -> {
            byte[] blob = blobOf(exchange);
            exchange.sendResponseHeaders(200, blob.length);
            exchange.getResponseBody().write(blob, 0, bytes);
            exchange.getResponseBody().flush();
            try {
                closing.await(120, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            exchange.close();
            return true;
        };
    }

    /// Sends a part of what it should and ends the connection.
    Fault cutAfter(int bytes) {
        return exchange -> {
            byte[] blob = blobOf(exchange);
            int from = from(exchange);
            int part = Math.min(bytes, blob.length - from);
            exchange.getResponseHeaders()
                    .add("Content-Range", "bytes " + from + "-" + (blob.length - 1) + "/" + blob.length);
            exchange.sendResponseHeaders(from > 0 ? 206 : 200, blob.length - from);
            exchange.getResponseBody().write(blob, from, part);
            exchange.getResponseBody().flush();
            exchange.close();
            return true;
        };
    }

    private byte[] blobOf(HttpExchange exchange) {
        String path = exchange.getRequestURI().getPath();
        return blobs.get(path.substring(path.lastIndexOf('/') + 1));
    }

    private static int from(HttpExchange exchange) {
        String range = exchange.getRequestHeaders().getFirst("Range");
        return range == null ? 0 : Integer.parseInt(range.replaceAll("bytes=([0-9]+)-", "$1"));
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            String range = exchange.getRequestHeaders().getFirst("Range");
            String authorization = exchange.getRequestHeaders().getFirst("Authorization");
            requests.add(exchange.getRequestMethod() + " " + exchange.getRequestURI()
                    + (range == null ? "" : " " + range)
                    + (authorization == null ? "" : " " + authorization));
            for (Fault fault : faults) {
                if (fault.answer(exchange)) {
                    return;
                }
            }
            answer(exchange);
        }
    }

    private void answer(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        int manifest = path.indexOf("/manifests/");
        byte[] body = null;
        if (manifest > 0) {
            Manifest found =
                    manifests.get(path.substring("/v2/".length(), manifest) + "@" + path.substring(manifest + 11));
            if (found != null) {
                exchange.getResponseHeaders().add("Content-Type", found.type());
                body = found.bytes();
            }
        } else if (path.contains("/blobs/")) {
            body = blobOf(exchange);
        }
        if (body == null) {
            status(404).answer(exchange);
            return;
        }
        int from = from(exchange);
        if (from > 0) {
            exchange.getResponseHeaders()
                    .add("Content-Range", "bytes " + from + "-" + (body.length - 1) + "/" + body.length);
        }
        if (from > 0 && from >= body.length) {
            status(416).answer(exchange);
            return;
        }
        exchange.sendResponseHeaders(from > 0 ? 206 : 200, body.length - from);
        exchange.getResponseBody().write(body, from, body.length - from);
    }

    @Override
    public void close() {
        closing.countDown();
        server.stop(0);
        threads.shutdownNow();
    }
}
