package io.crij.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.crij.cri.v1.ContainerState;
import io.crij.cri.v1.NamespaceMode;
import io.crij.cri.v1.PodSandboxConfig;
import io.crij.cri.v1.PodSandboxMetadata;
import io.crij.cri.v1.PodSandboxState;
import io.crij.cri.v1.PodSandboxStatusRequest;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// A reboot takes every process, mount, namespace and cgroup and all of `/run`; `/var/lib` stays. Pods and containers
/// are known afterwards as ended, their addresses are given back with them, and images need not be pulled again.
class RebootTest {
    private static Node node;
    private static String image;

    @BeforeAll
    static void startNode() {
        node = Node.start();
        image = node.registry().push(TestImage.busybox("e2e/reboot:1"));
        node.pods().pull(image);
    }

    @AfterAll
    static void closeNode() {
        node.close();
    }

    @Test
    void podsOfBeforeAreKnownAsEndedAndCanBeReplaced() {
        assumeTrue(node.isCrij(), "needs crij: the daemons are taken away with their state");
        var pods = node.pods();
        remove(pods.run(pods.config("first", NamespaceMode.POD).build()));
        var before = node.traces();

        var config = pods.config("rebooted", NamespaceMode.POD).build();
        var pod = pods.run(config);
        var running = start(pod, config, "running", "echo up; sleep 1000");
        var ended = start(pod, config, "ended", "echo done; exit 3");
        var created = pods.create(pod, config, container("created", "true"));
        pods.awaitLog(running, "up");
        assertEquals(3, pods.awaitEnd(ended).getExitCode());
        var host = pods.config("on-the-host", NamespaceMode.NODE).build();
        var hostPod = pods.run(host);

        Reboot.of(node);

        assertEquals(List.of(pod, hostPod), pods.all());
        assertEquals(PodSandboxState.SANDBOX_NOTREADY, state(pod));
        assertEquals(PodSandboxState.SANDBOX_NOTREADY, state(hostPod));
        var lost = pods.status(running);
        assertEquals(ContainerState.CONTAINER_EXITED, lost.getState(), lost.toString());
        assertEquals(255, lost.getExitCode());
        assertTrue(lost.getFinishedAt() >= lost.getStartedAt(), lost.toString());
        assertEquals(ContainerState.CONTAINER_EXITED, pods.status(created).getState());
        var known = pods.status(ended);
        assertEquals(3, known.getExitCode());
        assertEquals("Error", known.getReason());
        assertTrue(Pods.log(Path.of(known.getLogPath())).endsWith(" stdout F done\n"));

        // as a kubelet goes on: the next attempt first, then the old one goes
        var next = config.toBuilder()
                .setMetadata(PodSandboxMetadata.newBuilder(config.getMetadata()).setAttempt(1))
                .build();
        var replacement = pods.run(next);
        var again = start(replacement, next, "again", "echo up again; exit 4");
        assertEquals(4, pods.awaitEnd(again).getExitCode());
        remove(pod);
        remove(hostPod);
        remove(replacement);
        Traces.assertNothingNew(node, before);
    }

    private static String start(String pod, PodSandboxConfig config, String name, String script) {
        var container = node.pods().create(pod, config, container(name, script));
        node.pods().start(container);
        return container;
    }

    private static io.crij.cri.v1.ContainerConfig container(String name, String script) {
        return Pods.container(name, image, NamespaceMode.POD, List.of("sh", "-c", script))
                .build();
    }

    private static PodSandboxState state(String pod) {
        return node.pods()
                .client()
                .runtime()
                .podSandboxStatus(PodSandboxStatusRequest.newBuilder()
                        .setPodSandboxId(pod)
                        .build())
                .getStatus()
                .getState();
    }

    private static void remove(String pod) {
        node.pods().stopPod(pod);
        node.pods().removePod(pod);
    }
}
