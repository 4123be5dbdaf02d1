package io.crij.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.crij.cri.v1.CDIDevice;
import io.crij.cri.v1.ContainerMetadata;
import io.crij.cri.v1.ContainerState;
import io.crij.cri.v1.Mount;
import io.crij.cri.v1.NamespaceMode;
import io.crij.cri.v1.PodSandboxConfig;
import io.crij.cri.v1.PodSandboxState;
import io.crij.cri.v1.PodSandboxStatusRequest;
import io.grpc.StatusRuntimeException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// A daemon is killed in the middle of each call. The caller asks again as a kubelet does, with the same names: that
/// works, nothing is lost, and after the removal nothing is left.
class KillTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String UNTIL_TERM =
            "trap 'echo ended; exit 7' TERM; echo ready; while true; do sleep 0.05; done";
    private static final String GATED_END = "trap 'echo ending; mv /gate/armed-end /gate/reached;"
            + " while [ ! -e /gate/open ]; do sleep 0.05; done; exit 7' TERM; echo ready; while true; do sleep 0.05; done";

    private static Node node;
    private static String image;
    private static Gate gate;

    private enum Victim {
        SERVER,
        MONITOR,
        BOTH
    }

    /// Whose child it is that waits at the gate. When that one is killed the gate stays shut: the child must go.
    private enum Owner {
        SERVER,
        MONITOR,
        CONTAINER
    }

    private enum Stage {
        RUN_POD_BEFORE_THE_NETWORK(Owner.SERVER),
        RUN_POD_AFTER_THE_NETWORK(Owner.SERVER),
        CREATE_CONTAINER(Owner.MONITOR),
        START_CONTAINER(Owner.MONITOR),
        STOP_CONTAINER(Owner.CONTAINER),
        REMOVE_CONTAINER(Owner.MONITOR),
        STOP_POD(Owner.SERVER),
        REMOVE_POD(Owner.SERVER);

        private final Owner owner;

        Stage(Owner owner) {
            this.owner = owner;
        }
    }

    static Stream<Arguments> cases() {
        return Arrays.stream(Stage.values())
                .flatMap(stage -> Arrays.stream(Victim.values()).map(victim -> Arguments.of(stage, victim)));
    }

    @BeforeAll
    static void startNode() {
        node = Node.start();
        if (!node.isCrij()) {
            return;
        }
        gate = new Gate(node.place());
        node.writeNetwork(Gate.network(node.place()));
        Waiting.until(
                "the server has read the gated network",
                PATIENCE,
                () -> node.networkInForce().contains("gated"));
        image = node.registry().push(TestImage.busybox("e2e/kill:1"));
        node.pods().pull(image);
        // what is made once and stays is there before the first comparison
        var first = new Walk();
        first.pod = first.run();
        first.container = first.create(0);
        node.pods().start(first.container);
        first.end();
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
    @MethodSource("cases")
    void callIsDoneAfterAllAndNothingIsLeft(Stage stage, Victim victim) {
        var before = node.traces();
        var walk = new Walk();
        switch (stage) {
            case RUN_POD_BEFORE_THE_NETWORK -> killIn("before-ADD", stage, victim, walk::tryToRun);
            case RUN_POD_AFTER_THE_NETWORK -> killIn("after-ADD", stage, victim, walk::tryToRun);
            case CREATE_CONTAINER -> {
                walk.device = Gate.device(Gate.Hook.CREATE);
                walk.pod = walk.run();
                killIn("createRuntime", stage, victim, () -> walk.create(0));
            }
            case START_CONTAINER -> {
                walk.device = Gate.device(Gate.Hook.START);
                walk.pod = walk.run();
                walk.container = walk.create(0);
                killIn("poststart", stage, victim, () -> node.pods().start(walk.container));
            }
            case STOP_CONTAINER -> {
                walk.script = GATED_END;
                walk.runAll();
                killIn("end", stage, victim, () -> node.pods().stop(walk.container, 1000));
            }
            case REMOVE_CONTAINER -> {
                walk.device = Gate.device(Gate.Hook.REMOVE);
                walk.runAll();
                node.pods().stop(walk.container, 10);
                killIn("poststop", stage, victim, () -> node.pods().remove(walk.container));
            }
            case STOP_POD -> {
                walk.runAll();
                killIn("before-DEL", stage, victim, () -> node.pods().stopPod(walk.pod));
            }
            case REMOVE_POD -> {
                walk.runAll();
                killIn("before-DEL", stage, victim, () -> node.pods().removePod(walk.pod));
            }
        }
        walk.goOn(stage);
        walk.end();
        assertFalse(node.pods().all().contains(walk.pod));
        Traces.assertNothingNew(node, before);
        gate.open();
    }

    /// What an answer says that came in spite of all does not matter, as a kubelet may be gone too.
    private static void killIn(String point, Stage stage, Victim victim, Runnable call) {
        gate.arm(point);
        var running = new FutureTask<>(
                () -> {
                    try {
                        call.run();
                    } catch (StatusRuntimeException _) {
                        // its server has gone
                    }
                },
                true);
        Thread.ofVirtual().start(running);
        gate.await();
        if (victim != Victim.SERVER) {
            node.crij().killMonitor();
        }
        if (victim != Victim.MONITOR) {
            node.crij().killServer();
        }
        boolean orphaned = switch (stage.owner) {
            case SERVER -> victim != Victim.MONITOR;
            case MONITOR -> victim != Victim.SERVER;
            case CONTAINER -> false;
        };
        if (!orphaned) {
            gate.open();
        }
        node.crij().start();
        Waiting.until(
                "crij has its monitor",
                PATIENCE,
                () -> Sockets.isReady(node.server().socket()));
    }

    /// A kubelet's work on one pod.
    private static final class Walk {
        private final PodSandboxConfig config =
                node.pods().config("killed", NamespaceMode.POD).build();
        private String script = UNTIL_TERM;
        private String device = "";
        private String pod = "";
        private String container = "";

        private String run() {
            return node.pods().run(config);
        }

        private void tryToRun() {
            node.pods().run(config);
        }

        private void runAll() {
            pod = run();
            container = create(0);
            node.pods().start(container);
            node.pods().awaitLog(container, "ready");
        }

        private String create(int attempt) {
            var wanted = Pods.container("main", image, NamespaceMode.POD, List.of("sh", "-c", script))
                    .setMetadata(ContainerMetadata.newBuilder().setName("main").setAttempt(attempt))
                    .addMounts(Mount.newBuilder()
                            .setHostPath(gate.folder().toString())
                            .setContainerPath("/gate"));
            if (!device.isEmpty()) {
                wanted.addCDIDevices(CDIDevice.newBuilder().setName(device));
            }
            return node.pods().create(pod, config, wanted.build());
        }

        /// Asks again until it is done, and looks whether it is.
        private void goOn(Stage stage) {
            switch (stage) {
                case RUN_POD_BEFORE_THE_NETWORK, RUN_POD_AFTER_THE_NETWORK -> {
                    again(() -> pod = run());
                    assertEquals(PodSandboxState.SANDBOX_READY, podState());
                    assertEquals(List.of(pod), node.pods().all());
                    container = create(0);
                    node.pods().start(container);
                    endsWell();
                }
                case CREATE_CONTAINER -> {
                    again(() -> container = create(0));
                    assertEquals(
                            ContainerState.CONTAINER_CREATED,
                            node.pods().status(container).getState());
                    node.pods().start(container);
                    endsWell();
                }
                case START_CONTAINER -> {
                    startAgain();
                    endsWell();
                }
                case STOP_CONTAINER -> {
                    again(() -> node.pods().stop(container, 1000));
                    assertEquals(7, node.pods().status(container).getExitCode());
                    assertEquals(List.of("ready", "ending"), lines());
                }
                case REMOVE_CONTAINER -> again(() -> node.pods().remove(container));
                case STOP_POD -> {
                    again(() -> node.pods().stopPod(pod));
                    assertEquals(PodSandboxState.SANDBOX_NOTREADY, podState());
                    assertEquals(7, node.pods().status(container).getExitCode());
                    assertEquals(List.of("ready", "ended"), lines());
                }
                case REMOVE_POD -> again(() -> node.pods().removePod(pod));
            }
        }

        /// What does not run by now is started, in a new attempt when the first one counts as an end.
        private void startAgain() {
            if (node.pods().status(container).getState() == ContainerState.CONTAINER_CREATED) {
                again(() -> node.pods().start(container));
            } else if (node.pods().status(container).getState() == ContainerState.CONTAINER_EXITED) {
                assertEquals("StartError", node.pods().status(container).getReason());
                container = create(1);
                node.pods().start(container);
            }
        }

        private void endsWell() {
            node.pods().awaitLog(container, "ready");
            assertEquals(
                    "in\n",
                    node.pods().exec(container, "echo", "in").getStdout().toStringUtf8());
            node.pods().stop(container, 60);
            assertEquals(7, node.pods().status(container).getExitCode());
            assertEquals(List.of("ready", "ended"), lines());
        }

        private List<String> lines() {
            return Pods.log(Path.of(node.pods().status(container).getLogPath()))
                    .lines()
                    .map(line -> line.split(" ", 4)[3])
                    .toList();
        }

        private PodSandboxState podState() {
            return node.pods()
                    .client()
                    .runtime()
                    .podSandboxStatus(PodSandboxStatusRequest.newBuilder()
                            .setPodSandboxId(pod)
                            .build())
                    .getStatus()
                    .getState();
        }

        private void end() {
            node.pods().stopPod(pod);
            node.pods().removePod(pod);
        }
    }

    private static void again(Runnable call) {
        var last = new StatusRuntimeException[1];
        Waiting.until(
                "the call is done",
                PATIENCE,
                () -> {
                    try {
                        call.run();
                        return true;
                    } catch (StatusRuntimeException e) {
                        last[0] = e;
                        return false;
                    }
                },
                () -> last[0] + "\n" + node.server().logs());
        assertTrue(Sockets.isReady(node.server().socket()));
    }
}
