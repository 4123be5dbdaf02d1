package io.crij.server.streaming;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;

/// A streaming server over a [FakeSource].
final class ServerOfTest implements AutoCloseable {
    static final Duration LONG = Duration.ofMinutes(10);

    final FakeSource source = new FakeSource();
    final StreamingServer server;

    ServerOfTest() throws IOException {
        this(LONG, LONG);
    }

    ServerOfTest(Duration idle, Duration upgrade) throws IOException {
        server = new StreamingServer(
                new StreamSettings("127.0.0.1", 0, Path.of(""), Path.of(""), Path.of(""), idle, LONG, upgrade), source);
    }

    int port() {
        return server.port();
    }

    String exec(String... command) {
        return exec(new StreamRequest.Wants(false, true, true, true), command);
    }

    String exec(StreamRequest.Wants wants, String... command) {
        return server.url(new StreamRequest.Exec("c", List.of(command), wants)).orElseThrow();
    }

    String ports(Integer... ports) {
        return server.url(new StreamRequest.PortForward("p", List.of(ports))).orElseThrow();
    }

    static String path(String url) {
        return URI.create(url).getPath();
    }

    /// Waits, on a slow machine for long.
    static void until(BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("did not come true in time");
            }
            Thread.sleep(5);
        }
    }

    /// Waits until no descriptor of a process is watched any more.
    void untilNothingIsOpen() throws InterruptedException {
        until(() -> server.openDescriptors() == 0);
    }

    @Override
    public void close() {
        server.close();
        source.close();
    }
}
