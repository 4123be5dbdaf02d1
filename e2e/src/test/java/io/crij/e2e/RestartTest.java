package io.crij.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.crij.cri.v1.ContainerState;
import io.crij.cri.v1.LinuxContainerResources;
import io.crij.cri.v1.NamespaceMode;
import io.crij.cri.v1.UpdateContainerResourcesRequest;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Any of the daemons may be killed at any time: pods run on, logs have every line, exit codes are known.
class RestartTest {
    private static final int LINES = 300;

    private enum Victim {
        SERVER,
        MONITOR,
        BOTH
    }

    private static Node node;
    private static String image;

    @BeforeAll
    static void startNode() {
        node = Node.start();
        image = node.registry().push(TestImage.busybox("e2e/restart:1"));
        node.pods().pull(image);
    }

    @AfterAll
    static void closeNode() {
        node.close();
    }

    @BeforeEach
    void onlyCrijHasThem() {
        assumeTrue(node.isCrij(), "needs crij: containerd has no conmon-j to kill");
    }

    @ParameterizedTest
    @EnumSource
    void logAndExitCodeSurvive(Victim victim) {
        var run = start(
                "survive",
                "i=0; while [ $i -lt " + LINES + " ]; do echo line $i; i=$((i+1)); sleep 0.01; done; exit 5");
        node.pods().awaitLog(run.container(), "line 20\n");
        kill(victim);
        restart(victim);
        assertEquals(5, node.pods().awaitEnd(run.container()).getExitCode());
        var expected = IntStream.range(0, LINES).mapToObj(i -> "line " + i).collect(Collectors.joining("\n"));
        assertEquals(expected, text(run.container()));
        end(run);
    }

    @ParameterizedTest
    @EnumSource
    void exitWhileAwayIsKnownAfterwards(Victim victim) {
        var run = start("away", "echo begin; sleep 1; echo last words; exit 9");
        node.pods().awaitLog(run.container(), "begin\n");
        kill(victim);
        Waiting.until(
                "the process ends", java.time.Duration.ofSeconds(15), () -> !Traces.isRunning(node.place(), "sleep 1"));
        restart(victim);
        var status = node.pods().awaitEnd(run.container());
        assertEquals(9, status.getExitCode());
        assertEquals("begin\nlast words", text(run.container()));
        end(run);
    }

    @ParameterizedTest
    @EnumSource
    void runningContainerCanBeUsedAfterwards(Victim victim) {
        var run = start("usable", "trap 'exit 4' TERM; echo up; while true; do sleep 0.1; done");
        node.pods().awaitLog(run.container(), "up\n");
        kill(victim);
        restart(victim);
        assertEquals(
                ContainerState.CONTAINER_RUNNING,
                node.pods().status(run.container()).getState());
        assertEquals(
                "in\n",
                node.pods().exec(run.container(), "echo", "in").getStdout().toStringUtf8());
        node.pods().stop(run.container(), 10);
        assertEquals(4, node.pods().status(run.container()).getExitCode());
        end(run);
    }

    @ParameterizedTest
    @EnumSource
    void createdContainerCanBeStartedAfterwards(Victim victim) {
        var config = node.pods().config("created", NamespaceMode.POD).build();
        var pod = node.pods().run(config);
        var container = node.pods()
                .create(
                        pod,
                        config,
                        Pods.container("main", image, NamespaceMode.POD, List.of("sh", "-c", "echo late; exit 6"))
                                .build());
        kill(victim);
        restart(victim);
        node.pods().start(container);
        assertEquals(6, node.pods().awaitEnd(container).getExitCode());
        assertEquals("late", text(container));
        end(new Running(pod, container));
    }

    @ParameterizedTest
    @EnumSource
    void changedLimitsAreKnownAfterwards(Victim victim) {
        var run = start("limits", "sleep 1000");
        var limits = LinuxContainerResources.newBuilder().setCpuShares(333).setMemoryLimitInBytes(77 << 20);
        node.pods()
                .client()
                .runtime()
                .updateContainerResources(UpdateContainerResourcesRequest.newBuilder()
                        .setContainerId(run.container())
                        .setLinux(limits)
                        .build());
        kill(victim);
        restart(victim);
        var told = node.pods().status(run.container()).getResources().getLinux();
        assertEquals(333, told.getCpuShares());
        assertEquals(77 << 20, told.getMemoryLimitInBytes());
        end(run);
    }

    private record Running(String pod, String container) {}

    private static Running start(String name, String script) {
        var config = node.pods().config(name, NamespaceMode.POD).build();
        var pod = node.pods().run(config);
        var container = node.pods()
                .create(
                        pod,
                        config,
                        Pods.container("main", image, NamespaceMode.POD, List.of("sh", "-c", script))
                                .build());
        node.pods().start(container);
        return new Running(pod, container);
    }

    private static void kill(Victim victim) {
        switch (victim) {
            case SERVER -> node.crij().killServer();
            case MONITOR -> node.crij().killMonitor();
            case BOTH -> {
                node.crij().killMonitor();
                node.crij().killServer();
            }
        }
    }

    private static void restart(Victim victim) {
        node.crij().start();
        if (victim == Victim.MONITOR) {
            Waiting.until(
                    "crij finds the new monitor",
                    java.time.Duration.ofSeconds(15),
                    () -> Sockets.isReady(node.server().socket()));
        }
    }

    private static void end(Running run) {
        node.pods().end(run.pod());
        assertTrue(node.pods().all().stream().noneMatch(run.pod()::equals));
    }

    /// The log without times, streams and tags.
    private static String text(String container) {
        return Pods.log(Path.of(node.pods().status(container).getLogPath()))
                .lines()
                .map(line -> line.split(" ", 4)[3])
                .collect(Collectors.joining("\n"));
    }
}
