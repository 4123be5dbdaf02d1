package io.crij.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.crij.cri.v1.ContainerMetadata;
import io.crij.cri.v1.ContainerState;
import io.crij.cri.v1.NamespaceMode;
import io.crij.cri.v1.PodSandboxConfig;
import io.grpc.StatusRuntimeException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// Kubelets run pods one after the other while the daemons are killed again and again, at times that a seed gives:
/// every pod has its whole log and its exit code, and in the end nothing is left. `-Dcrij.seed=N` runs one again.
class KillLoopTest {
    private static final int ROUNDS = 12;
    private static final int KUBELETS = 3;
    private static final int LINES = 60;
    private static final Duration PATIENCE = Duration.ofSeconds(120);

    private static Node node;
    private static String image;

    @BeforeAll
    static void startNode() {
        node = Node.start();
        image = node.registry().push(TestImage.busybox("e2e/kill-loop:1"));
        node.pods().pull(image);
    }

    @AfterAll
    static void closeNode() {
        node.close();
    }

    @Test
    void nothingIsLostAndNothingIsLeft() throws Exception {
        assumeTrue(node.isCrij(), "needs crij: containerd has no conmon-j to kill");
        walk(0);
        var before = node.traces();
        long seed = Long.getLong("crij.seed", ThreadLocalRandom.current().nextLong(1 << 30));
        System.out.println("KillLoopTest: seed " + seed);
        var random = new Random(seed);
        var over = new AtomicBoolean();
        var kubelets = IntStream.range(0, KUBELETS)
                .mapToObj(kubelet -> started(() -> {
                    int walks = 0;
                    do {
                        walk(1 + walks++ % 100);
                    } while (!over.get());
                    return walks;
                }))
                .toList();
        try {
            for (int round = 0; round < ROUNDS; round++) {
                Thread.sleep(random.nextInt(900));
                int victim = random.nextInt(3);
                if (victim != 0) {
                    node.crij().killMonitor();
                }
                if (victim != 1) {
                    node.crij().killServer();
                }
                Thread.sleep(random.nextInt(200));
                node.crij().start();
            }
        } finally {
            over.set(true);
        }
        for (var kubelet : kubelets) {
            assertTrue(kubelet.get() > 0, () -> "seed " + seed);
        }
        assertEquals(List.of(), node.pods().all(), () -> "seed " + seed);
        Traces.assertNothingNew(node, before);
    }

    private static <T> FutureTask<T> started(Callable<T> work) {
        var task = new FutureTask<>(work);
        Thread.ofVirtual().start(task);
        return task;
    }

    /// One pod as a kubelet runs it, each call again until it is answered.
    private static void walk(int code) {
        var config = node.pods().config("looped", NamespaceMode.POD).build();
        var script = "i=0; while [ $i -lt " + LINES + " ]; do echo line $i; i=$((i+1)); sleep 0.01; done; exit " + code;
        var pod = again("run the pod", () -> node.pods().run(config));
        var container = start(pod, config, script);
        Waiting.until(
                "the container ends",
                PATIENCE,
                () -> again("ask", () -> node.pods().status(container)).getState() == ContainerState.CONTAINER_EXITED);
        var status = again("ask", () -> node.pods().status(container));
        var log = Pods.log(Path.of(status.getLogPath()))
                .lines()
                .map(line -> line.split(" ", 4)[3])
                .collect(Collectors.joining("\n"));
        assertEquals(
                IntStream.range(0, LINES).mapToObj(i -> "line " + i).collect(Collectors.joining("\n")),
                log,
                status::toString);
        assertEquals(code, status.getExitCode(), status::toString);
        again("stop the pod", () -> {
            node.pods().stopPod(pod);
            return pod;
        });
        again("remove the pod", () -> {
            node.pods().removePod(pod);
            return pod;
        });
    }

    /// A start whose answer was lost is looked for; one that failed is followed by the next attempt.
    private static String start(String pod, PodSandboxConfig config, String script) {
        for (int attempt = 0; ; attempt++) {
            var wanted = Pods.container("main", image, NamespaceMode.POD, List.of("sh", "-c", script))
                    .setMetadata(ContainerMetadata.newBuilder().setName("main").setAttempt(attempt))
                    .setLogPath("main-" + attempt + ".log")
                    .build();
            var container = again("create", () -> node.pods().create(pod, config, wanted));
            var state = ContainerState.CONTAINER_CREATED;
            while (state == ContainerState.CONTAINER_CREATED) {
                try {
                    node.pods().start(container);
                } catch (StatusRuntimeException _) {
                    // the state tells whether it was done
                }
                state = again("ask", () -> node.pods().status(container)).getState();
            }
            var status = again("ask", () -> node.pods().status(container));
            if (!status.getReason().equals("StartError")) {
                return container;
            }
        }
    }

    private static <T> T again(String what, Callable<T> call) {
        var answer = new AtomicReference<T>();
        var last = new AtomicReference<Exception>();
        Waiting.until(
                what,
                PATIENCE,
                () -> {
                    try {
                        answer.set(call.call());
                        return true;
                    } catch (StatusRuntimeException e) {
                        last.set(e);
                        return false;
                    } catch (Exception e) {
                        throw new IllegalStateException(e);
                    }
                },
                () -> String.valueOf(last.get()));
        return answer.get();
    }
}
