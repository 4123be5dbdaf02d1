package io.crij.monitor;

import io.crij.oci.runtime.Rootfs;
import io.crij.oci.spec.Process;
import io.crij.oci.spec.Spec;
import io.crij.oci.spec.SpecWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;

/// A monitor with its client in a folder of their own, over a [FakeRuntime].
final class Node implements AutoCloseable {
    final Path folder;
    final FakeRuntime runtime;
    final MonitorClient client;
    final AtomicBoolean askedToEnd = new AtomicBoolean();
    private MonitorDaemon daemon;

    Node(Path folder) throws IOException {
        this.folder = folder;
        this.runtime = new FakeRuntime(folder.resolve("fake"));
        this.daemon = daemon();
        this.client = new MonitorClient(folder.resolve("conmon.sock"), "test");
        Files.createDirectories(folder.resolve("logs"));
    }

    private MonitorDaemon daemon() throws IOException {
        return new MonitorDaemon(
                folder.resolve("conmon.sock"), folder, new Handlers(Map.of("", runtime)), () -> askedToEnd.set(true));
    }

    void restart() throws IOException {
        daemon.close();
        daemon = daemon();
    }

    Path log(String id) {
        return folder.resolve("logs").resolve(id + ".log");
    }

    ContainerRequest request(String id, String... command) {
        return new ContainerRequest(
                id,
                folder.resolve("containers").resolve(id),
                new SpecWriter().write(Spec.EMPTY.with(spec -> spec.process = process(command))),
                "",
                new Rootfs.Directory(folder),
                ContainerRequest.Streams.outputOnly(),
                log(id),
                Map.of("test", id));
    }

    static Process process(String... command) {
        return Process.EMPTY.with(p -> p.args = List.of(command));
    }

    static byte[] exec(String... command) {
        return new SpecWriter().write(process(command));
    }

    void run(String id, String script) throws Exception {
        client.create(request(id, "sh", "-c", script));
        client.start(id);
    }

    MonitoredContainer untilStopped(String id) throws Exception {
        until(() -> state(id).exit() != null);
        return state(id);
    }

    private MonitoredContainer state(String id) {
        try {
            return client.state(id);
        } catch (MonitorException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /// What was logged, without times.
    List<String> logged(String id) throws IOException {
        return Files.readAllLines(log(id)).stream()
                .map(line -> line.substring(line.indexOf(' ') + 1))
                .toList();
    }

    /// Waits at most 20 seconds, on an emulated machine `crij.patience` times as long.
    static void until(BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime()
                + Duration.ofSeconds(20L * Integer.getInteger("crij.patience", 1))
                        .toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("did not come true in time");
            }
            Thread.sleep(5);
        }
    }

    @Override
    public void close() throws Exception {
        try {
            for (MonitoredContainer container : client.list()) {
                client.delete(container.id(), true);
            }
        } finally {
            client.close();
            daemon.close();
        }
    }
}
