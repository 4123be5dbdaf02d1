package io.crij.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crij.cri.v1.ContainerState;
import io.crij.cri.v1.NamespaceMode;
import io.crij.cri.v1.PodSandboxStatusRequest;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The way of a pod: pull, run, log, exec, stop, remove; and nothing is left.
class WalkTest {
    private static Node node;
    private static String image;

    @BeforeAll
    static void startNode() {
        node = Node.start();
        image = node.registry().push(TestImage.busybox("e2e/walk:1"));
        node.pods().pull(image);
    }

    @AfterAll
    static void closeNode() {
        node.close();
    }

    @ParameterizedTest
    @EnumSource(names = {"POD", "NODE"})
    void podRunsAndLeavesNothing(NamespaceMode network) {
        var pods = node.pods();
        // what is made once and stays: folders, chains of the firewall
        removeOne(network);
        var before = node.traces();

        var podConfig = pods.config("walk", network).build();
        var pod = pods.run(podConfig);
        var script =
                "echo to stdout; echo to stderr >&2; hostname; trap 'echo ended; exit 3' TERM; while true; do sleep 0.1; done";
        var container = pods.create(
                pod,
                podConfig,
                Pods.container("main", image, network, List.of("sh", "-c", script))
                        .build());
        assertEquals(ContainerState.CONTAINER_CREATED, pods.status(container).getState());
        pods.start(container);

        var log = pods.awaitLog(container, network == NamespaceMode.POD ? " stdout F walk" : " stdout F ");
        assertTrue(log.contains(" stdout F to stdout\n"), log);
        assertTrue(log.contains(" stderr F to stderr\n"), log);

        var exec = pods.exec(container, "sh", "-c", "echo out; echo err >&2; exit 7");
        assertEquals("out\n", exec.getStdout().toStringUtf8());
        assertEquals("err\n", exec.getStderr().toStringUtf8());
        assertEquals(7, exec.getExitCode());

        pods.stop(container, 10);
        var end = pods.status(container);
        assertEquals(ContainerState.CONTAINER_EXITED, end.getState());
        assertEquals(3, end.getExitCode());
        assertTrue(Pods.log(java.nio.file.Path.of(end.getLogPath())).contains(" stdout F ended\n"));

        pods.remove(container);
        pods.stopPod(pod);
        pods.removePod(pod);
        assertFalse(pods.all().contains(pod));
        Traces.assertNothingNew(node, before);
    }

    @Test
    void podHasAnAddressOfTheConfiguredNetwork() {
        var pods = node.pods();
        var config = pods.config("address", NamespaceMode.POD).build();
        var pod = pods.run(config);
        var address = pods.client()
                .runtime()
                .podSandboxStatus(PodSandboxStatusRequest.newBuilder()
                        .setPodSandboxId(pod)
                        .build())
                .getStatus()
                .getNetwork()
                .getIp();
        assertTrue(address.startsWith("10.123."), address);
        var container = pods.create(
                pod,
                config,
                Pods.container("ip", image, NamespaceMode.POD, List.of("ip", "-o", "addr", "show", "eth0"))
                        .build());
        pods.start(container);
        assertTrue(pods.awaitLog(container, "inet ").contains(address + "/16"));
        pods.stopPod(pod);
        pods.removePod(pod);
    }

    @Test
    void stoppingAndRemovingTwiceIsNoError() {
        var pods = node.pods();
        var config = pods.config("twice", NamespaceMode.NODE).build();
        var pod = pods.run(config);
        var container = pods.create(
                pod,
                config,
                Pods.container("main", image, NamespaceMode.NODE, List.of("true"))
                        .build());
        pods.start(container);
        assertEquals(0, pods.awaitEnd(container).getExitCode());
        pods.stop(container, 1);
        pods.stop(container, 1);
        pods.remove(container);
        pods.remove(container);
        pods.stopPod(pod);
        pods.stopPod(pod);
        pods.removePod(pod);
        pods.removePod(pod);
    }

    @Test
    void exitCodeIsTheOneOfTheProcessOrOfItsSignal() {
        var pods = node.pods();
        var config = pods.config("codes", NamespaceMode.NODE).build();
        var pod = pods.run(config);
        assertEquals(42, exitCode(pod, config, "forty-two", "exit 42"));
        assertEquals(137, exitCode(pod, config, "killed", "sleep 100 & kill -9 $!; wait $!; exit $?"));
        pods.stopPod(pod);
        pods.removePod(pod);
    }

    private static int exitCode(String pod, io.crij.cri.v1.PodSandboxConfig config, String name, String script) {
        var pods = node.pods();
        var container = pods.create(
                pod,
                config,
                Pods.container(name, image, NamespaceMode.NODE, List.of("sh", "-c", script))
                        .build());
        pods.start(container);
        return pods.awaitEnd(container).getExitCode();
    }

    private static void removeOne(NamespaceMode network) {
        var pods = node.pods();
        var config = pods.config("first", network).build();
        var pod = pods.run(config);
        var container = pods.create(
                pod,
                config,
                Pods.container("main", image, network, List.of("true")).build());
        pods.start(container);
        pods.awaitEnd(container);
        pods.stopPod(pod);
        pods.removePod(pod);
    }
}
