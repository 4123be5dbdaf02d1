package io.crij.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crij.cri.v1.AttachRequest;
import io.crij.cri.v1.ContainerConfig;
import io.crij.cri.v1.ContainerState;
import io.crij.cri.v1.ContainerStatsRequest;
import io.crij.cri.v1.ExecRequest;
import io.crij.cri.v1.LinuxContainerResources;
import io.crij.cri.v1.NamespaceMode;
import io.crij.cri.v1.PodSandboxConfig;
import io.crij.cri.v1.UpdateContainerResourcesRequest;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// One pod on one handler, step after step.
final class HandlerWalk {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final String V5 = "v5.channel.k8s.io";
    private static final int MEBIBYTE = 1 << 20;
    private static final int LINES = 300;
    private static final String SCRIPT = """
            echo up; echo wrong >&2
            trap 'echo ended; exit 3' TERM
            while true; do sleep 0.1; done""";

    private final Node node;
    private final Pods pods;
    private final String image;
    private final Handler handler;
    private final Traces before;
    private final PodSandboxConfig config;
    private String pod = "";
    private String main = "";

    HandlerWalk(Node node, String image, Handler handler) {
        this.node = node;
        this.pods = node.pods();
        this.image = image;
        this.handler = handler;
        before = node.traces();
        config = pods.config("walk", NamespaceMode.POD).build();
    }

    void removeOne() {
        pod = pods.run(config, handler.title());
        start("first", c -> c, "true");
        pods.end(pod);
    }

    void run(HandlerStep step) throws IOException {
        switch (step) {
            case RUN -> run();
            case EXEC_SYNC -> execSync();
            case EXEC_STREAM -> execStream();
            case EXEC_TERMINAL -> execTerminal();
            case ATTACH -> attach();
            case UPDATE -> update();
            case STATS -> stats();
            case RESTART_OF_CRIJ -> restart();
            case KILL_OF_MONITOR -> killMonitor();
            case STOP -> stop();
            case OUT_OF_MEMORY -> outOfMemory();
            case REMOVE -> remove();
        }
    }

    /// It is known not to work. When it does, the page is wrong. A container without a limit is not tried: it would
    /// take the memory of the node.
    void cannot(HandlerStep step) {
        if (step == HandlerStep.OUT_OF_MEMORY) {
            return;
        }
        assertThrows(Throwable.class, () -> run(step), handler.title() + " can do this now: " + step.text());
    }

    private String start(String name, UnaryOperator<ContainerConfig.Builder> change, String... command) {
        var request = change.apply(Pods.confined(name, image, NamespaceMode.POD, List.of(command)));
        var container = pods.create(pod, config, request.build());
        pods.start(container);
        return container;
    }

    private void run() {
        pod = pods.run(config, handler.title());
        main = start("main", c -> c, "sh", "-c", SCRIPT);
        var log = pods.awaitLog(main, " stdout F up\n");
        assertTrue(pods.awaitLog(main, " stderr F wrong\n").contains("up"), log);
        var status = pods.status(main);
        assertEquals(
                ContainerState.CONTAINER_RUNNING,
                status.getState(),
                () -> status + Pods.log(Path.of(status.getLogPath())));
    }

    private void execSync() {
        var exec = pods.exec(main, "sh", "-c", "hostname; echo err >&2; exit 7");
        assertEquals("walk\n", exec.getStdout().toStringUtf8());
        assertEquals("err\n", exec.getStderr().toStringUtf8());
        assertEquals(7, exec.getExitCode());
    }

    private StreamClient open(String url) throws IOException {
        var client = node.stream(url);
        var head = client.upgrade(StreamClient.path(url), V5);
        assertTrue(head.startsWith("HTTP/1.1 101"), head);
        return client;
    }

    private ExecRequest.Builder exec(String... command) {
        return ExecRequest.newBuilder()
                .setContainerId(main)
                .addAllCmd(List.of(command))
                .setStdin(true)
                .setStdout(true);
    }

    private String url(ExecRequest.Builder request) {
        return pods.client().runtime().exec(request.build()).getUrl();
    }

    private void execStream() throws IOException {
        try (var client = open(url(exec("sh", "-c", "cat; echo err >&2; exit 9").setStderr(true)))) {
            client.message(StreamClient.STDIN, "in and out\n");
            client.end(StreamClient.STDIN);
            var all = client.rest();
            assertEquals("in and out\n", all.stdout());
            assertEquals("err\n", all.stderr());
            assertTrue(all.status().contains("\"9\""), all.status());
        }
    }

    private void execTerminal() throws IOException {
        try (var client = open(url(
                exec("sh", "-c", "while read word; do busybox stty size; done").setTty(true)))) {
            client.message(StreamClient.RESIZE, "{\"Width\":101,\"Height\":41}");
            for (int i = 0; i < 200; i++) {
                client.message(StreamClient.STDIN, "\n");
                if (client.await(StreamClient.STDOUT, "\n").contains("41 101")) {
                    return;
                }
            }
            throw new AssertionError("the terminal has not taken the size");
        }
    }

    private void attach() throws IOException {
        var cat = start("cat", c -> c.setStdin(true).setStdinOnce(true), "sh", "-c", "cat; exit 5");
        var url = pods.client()
                .runtime()
                .attach(AttachRequest.newBuilder()
                        .setContainerId(cat)
                        .setStdin(true)
                        .setStdout(true)
                        .build())
                .getUrl();
        try (var client = open(url)) {
            client.message(StreamClient.STDIN, "to and fro\n");
            client.await(StreamClient.STDOUT, "to and fro\n");
            client.end(StreamClient.STDIN);
        }
        assertEquals(5, pods.awaitEnd(cat).getExitCode());
        pods.remove(cat);
    }

    private void update() {
        pods.client()
                .runtime()
                .updateContainerResources(UpdateContainerResourcesRequest.newBuilder()
                        .setContainerId(main)
                        .setLinux(LinuxContainerResources.newBuilder()
                                .setCpuShares(333)
                                .setMemoryLimitInBytes(77L * MEBIBYTE))
                        .build());
        var told = pods.status(main).getResources().getLinux();
        assertEquals(333, told.getCpuShares());
        var limit = CgroupFile.of(node, main, "memory", "memory.limit_in_bytes", "memory.max");
        assertEquals(Long.toString(77L * MEBIBYTE), limit);
    }

    private void stats() {
        Waiting.until("usage is told", Duration.ofSeconds(20), () -> {
            var stats = pods.client()
                    .runtime()
                    .containerStats(ContainerStatsRequest.newBuilder()
                            .setContainerId(main)
                            .build())
                    .getStats();
            return stats.getMemory().getWorkingSetBytes().getValue() > 0
                    && stats.getCpu().getUsageCoreNanoSeconds().getValue() > 0;
        });
    }

    private void restart() {
        node.crij().killServer();
        node.crij().startServer();
        assertEquals(ContainerState.CONTAINER_RUNNING, pods.status(main).getState());
        execSync();
    }

    private void killMonitor() {
        var counter = start(
                "counter",
                c -> c,
                "sh",
                "-c",
                "i=0; while [ $i -lt " + LINES + " ]; do echo line $i; i=$((i+1)); sleep 0.01; done; exit 6");
        pods.awaitLog(counter, "line 20\n");
        node.crij().killMonitor();
        node.crij().startMonitor();
        Waiting.until(
                "crij finds the new monitor",
                SOON,
                () -> Sockets.isReady(node.server().socket()));
        assertEquals(6, pods.awaitEnd(counter).getExitCode());
        var lines = Pods.log(Path.of(pods.status(counter).getLogPath()))
                .lines()
                .map(line -> line.split(" ", 4)[3])
                .collect(Collectors.joining("\n"));
        assertEquals(IntStream.range(0, LINES).mapToObj(i -> "line " + i).collect(Collectors.joining("\n")), lines);
        pods.remove(counter);
        execSync();
    }

    private void stop() {
        pods.stop(main, 30);
        var end = pods.status(main);
        assertEquals(ContainerState.CONTAINER_EXITED, end.getState());
        assertEquals(3, end.getExitCode());
        assertTrue(Pods.log(Path.of(end.getLogPath())).contains(" stdout F ended\n"));
    }

    private void outOfMemory() {
        var eater = start(
                "eater",
                c -> {
                    c.getLinuxBuilder().getResourcesBuilder().setMemoryLimitInBytes(40L * MEBIBYTE);
                    return c;
                },
                "sh",
                "-c",
                "x=a; while true; do x=$x$x; done");
        var end = pods.awaitEnd(eater);
        assertEquals("OOMKilled", end.getReason());
        assertEquals(137, end.getExitCode());
        pods.remove(eater);
    }

    private void remove() {
        pods.remove(main);
        pods.stopPod(pod);
        pods.removePod(pod);
        Set<String> ids = new TreeSet<>(pods.all());
        assertTrue(!ids.contains(pod));
        Traces.assertNothingNew(node, before);
    }
}
