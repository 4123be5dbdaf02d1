package io.crij.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.crij.cri.v1.ContainerConfig;
import io.crij.cri.v1.ContainerState;
import io.crij.cri.v1.ListContainersRequest;
import io.crij.cri.v1.NamespaceMode;
import io.crij.cri.v1.PodSandboxConfig;
import io.crij.e2e.nri.SamplePlugin;
import io.crij.server.nri.proto.ContainerEviction;
import io.crij.server.nri.proto.CreateContainerResponse;
import io.crij.server.nri.proto.PodSandbox;
import io.crij.server.nri.proto.RunPodSandboxResponse;
import io.crij.server.nri.proto.UpdateContainersRequest;
import io.grpc.StatusRuntimeException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What plugins of the Node Resource Interface hear, and what becomes of pods when they refuse, hang or go.
class NriTest {
    private static final Duration SOON = Duration.ofSeconds(60);

    private static Node node;
    private static String image;

    @BeforeAll
    static void startNode() {
        node = Node.start();
        image = node.registry().push(TestImage.busybox("e2e/nri:1"));
        node.pods().pull(image);
        // the first one on the bridge leaves the folder of the addresses
        removePod(node.pods().run(node.pods().config("first", NamespaceMode.POD).build()));
    }

    @AfterAll
    static void closeNode() {
        node.close();
    }

    @AfterEach
    void removePods() {
        node.pods().all().forEach(NriTest::removePod);
    }

    @BeforeEach
    void onlyCrijIsAskedAboutIt() {
        assumeTrue(node.isCrij(), "needs crij: containerd keeps its plugins' socket elsewhere");
    }

    private static SamplePlugin plugin(String index, String name) {
        return new SamplePlugin(index, name);
    }

    private static SamplePlugin connected(SamplePlugin plugin) throws Exception {
        return plugin.connect(node.place().nriSocket());
    }

    private static PodSandboxConfig config(String name) {
        return node.pods().config(name, NamespaceMode.NODE).build();
    }

    private static ContainerConfig container(String name, String command) {
        return Pods.container(name, image, NamespaceMode.NODE, List.of("sh", "-c", command))
                .build();
    }

    private static void removePod(String pod) {
        node.pods().stopPod(pod);
        node.pods().removePod(pod);
    }

    @Test
    void lifeIsToldInOrderWithWhatIsKnown() throws Exception {
        try (var plugin = connected(plugin("10", "witness"))) {
            var pods = node.pods();
            var config = node.pods().config("told", NamespaceMode.POD).build();
            var pod = pods.run(config);
            var container = pods.create(pod, config, container("main", "sleep 1000"));
            pods.start(container);
            pods.stop(container, 0);
            pods.remove(container);
            pods.stopPod(pod);
            pods.stopPod(pod);
            pods.removePod(pod);
            pods.removePod(pod);

            assertEquals(List.of("RunPodSandbox", "StopPodSandbox", "RemovePodSandbox"), plugin.heardOf(pod));
            assertEquals(
                    List.of(
                            "CreateContainer",
                            "PostCreateContainer",
                            "StartContainer",
                            "PostStartContainer",
                            "StopContainer",
                            "RemoveContainer"),
                    plugin.heardOf(container));
            var run = first(plugin, "RunPodSandbox", pod).getPod();
            assertEquals("told", run.getName());
            assertEquals("default", run.getNamespace());
            assertEquals(config.getMetadata().getUid(), run.getUid());
            assertEquals("told", run.getLabelsMap().get("e2e"));
            assertTrue(run.getIps(0).startsWith("10.123."), run.toString());
            assertTrue(run.getPid() > 0, run.toString());
            assertEquals(node.place().cgroupParent(), run.getLinux().getCgroupParent());
            var made = first(plugin, "CreateContainer", container).getContainer();
            assertEquals("main", made.getName());
            assertEquals(pod, made.getPodSandboxId());
            assertEquals(List.of("sh", "-c", "sleep 1000"), made.getArgsList());
            assertTrue(made.getMountsList().stream()
                    .anyMatch(mount -> mount.getDestination().equals("/proc")));
            assertTrue(made.getLinux().getNamespacesCount() > 3, made.toString());
            var stopped = first(plugin, "StopContainer", container);
            assertEquals("told", stopped.getPod().getName());
            assertEquals(137, stopped.getContainer().getExitCode());
            assertEquals(
                    "main",
                    first(plugin, "RemoveContainer", container).getContainer().getName());
        }
    }

    private static io.crij.server.nri.proto.StateChangeEvent first(SamplePlugin plugin, String event, String id) {
        return plugin.heard().stream()
                .filter(heard -> heard.event().equals(event)
                        && (heard.container().equals(id)
                                || heard.container().isEmpty() && heard.pod().equals(id)))
                .findFirst()
                .orElseThrow()
                .content();
    }

    @Test
    void containerThatEndsByItselfIsToldOnceAndBeforeItsRemoval() throws Exception {
        try (var plugin = connected(plugin("10", "witness"))) {
            var config = config("ends");
            var pod = node.pods().run(config);
            var container = node.pods().create(pod, config, container("main", "exit 3"));
            node.pods().start(container);
            plugin.await("StopContainer", container);
            assertEquals(
                    3, first(plugin, "StopContainer", container).getContainer().getExitCode());
            node.pods().stop(container, 0);
            node.pods().remove(container);
            removePod(pod);
            assertEquals(
                    List.of(
                            "CreateContainer",
                            "PostCreateContainer",
                            "StartContainer",
                            "PostStartContainer",
                            "StopContainer",
                            "RemoveContainer"),
                    plugin.heardOf(container));
        }
    }

    @Test
    void removalByForceTellsTheEndsFirst() throws Exception {
        try (var plugin = connected(plugin("10", "witness"))) {
            var config = config("forced");
            var pod = node.pods().run(config);
            var container = node.pods().create(pod, config, container("main", "sleep 1000"));
            node.pods().start(container);
            node.pods().removePod(pod);
            var all = plugin.heard().stream()
                    .filter(heard -> heard.pod().equals(pod))
                    .map(SamplePlugin.Heard::event)
                    .toList();
            assertEquals(
                    List.of("StopContainer", "RemoveContainer", "StopPodSandbox", "RemovePodSandbox"),
                    all.subList(all.size() - 4, all.size()));
            assertEquals(1, Collections.frequency(all, "StopContainer"));
        }
    }

    @Test
    void pluginHearsOfEveryContainerOnceHoweverItsArrivalFalls() throws Exception {
        var config = config("race");
        var pod = node.pods().run(config);
        var made = Collections.synchronizedList(new ArrayList<String>());
        var stop = new AtomicBoolean();
        var several = new CountDownLatch(10);
        try (var tasks = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int maker = 0; maker < 3; maker++) {
                int number = maker;
                tasks.execute(() -> {
                    for (int i = 0; !stop.get(); i++) {
                        made.add(node.pods().create(pod, config, container("c" + number + "-" + i, "true")));
                        several.countDown();
                    }
                });
            }
            assertTrue(several.await(60, TimeUnit.SECONDS));
            var plugins = new ArrayList<SamplePlugin>();
            try {
                for (int i = 0; i < 5; i++) {
                    plugins.add(connected(plugin("2" + i, "late" + i)));
                }
            } finally {
                stop.set(true);
            }
            tasks.shutdown();
            assertTrue(tasks.awaitTermination(60, TimeUnit.SECONDS));
            for (var plugin : plugins) {
                assertEquals(List.of(pod), plugin.presentPods());
                for (var container : made) {
                    long told = Collections.frequency(plugin.presentContainers(), container)
                            + plugin.heardOf(container).stream()
                                    .filter("CreateContainer"::equals)
                                    .count();
                    assertEquals(1, told, container + ": " + plugin.heardOf(container));
                }
                plugin.close();
            }
        }
        removePod(pod);
    }

    @Test
    void containersMadeWhileAPluginTakesInWhatIsThereWaitForIt() throws Exception {
        var config = config("meanwhile");
        var pod = node.pods().run(config);
        var before = node.pods().create(pod, config, container("before", "true"));
        var reached = new CountDownLatch(1);
        var release = new CountDownLatch(1);
        var plugin = plugin("10", "slow").on("Synchronize", _ -> {
            reached.countDown();
            release.await();
            return CreateContainerResponse.getDefaultInstance();
        });
        try (plugin;
                var tasks = Executors.newVirtualThreadPerTaskExecutor()) {
            plugin.connectOnly(node.place().nriSocket());
            assertTrue(reached.await(60, TimeUnit.SECONDS));
            var meanwhile = tasks.submit(() -> node.pods().create(pod, config, container("meanwhile", "true")));
            assertEquals(List.of(before), plugin.presentContainers());
            release.countDown();
            var container = meanwhile.get();
            assertEquals(List.of("CreateContainer", "PostCreateContainer"), plugin.heardOf(container));
            assertEquals(List.of(), plugin.heardOf(before));
        }
        removePod(pod);
    }

    @Test
    void whatIsTooMuchForAMessageComesInParts() throws Exception {
        var config = config("many");
        var pod = node.pods().run(config);
        var made = new ArrayList<String>();
        var large = "x".repeat(200 << 10);
        for (int i = 0; i < 25; i++) {
            made.add(node.pods()
                    .create(
                            pod,
                            config,
                            container("c" + i, "true").toBuilder()
                                    .putAnnotations("large", large)
                                    .build()));
        }
        try (var plugin = connected(plugin("10", "patient"))) {
            assertTrue(plugin.present().size() > 1, "one message");
            assertEquals(List.of(pod), plugin.presentPods());
            assertEquals(
                    made.stream().sorted().toList(),
                    plugin.presentContainers().stream().sorted().toList());
        }
        var impatient = plugin("10", "impatient").on("Synchronize", _ -> CreateContainerResponse.getDefaultInstance());
        try (impatient) {
            impatient.connectOnly(node.place().nriSocket());
            impatient.awaitEnd();
        }
        removePod(pod);
    }

    @Test
    void refusedPodLeavesNothingAndCanBeTriedAgain() throws Exception {
        var before = node.traces();
        var refuse = new AtomicBoolean(true);
        try (var plugin = connected(plugin("10", "strict").on("RunPodSandbox", _ -> {
            if (refuse.getAndSet(false)) {
                throw new IllegalStateException("not on this node");
            }
            return RunPodSandboxResponse.getDefaultInstance();
        }))) {
            var config = node.pods().config("refused", NamespaceMode.POD).build();
            var failure =
                    assertThrows(StatusRuntimeException.class, () -> node.pods().run(config));
            assertTrue(
                    failure.getMessage().contains("NRI plugin 10-strict refused RunPodSandbox")
                            && failure.getMessage().contains("not on this node"),
                    failure.getMessage());
            Traces.assertNothingNew(node, before);
            assertEquals(List.of(), node.pods().all());
            var refused = plugin.heard().getFirst().pod();
            assertEquals(List.of("RunPodSandbox", "RemovePodSandbox"), plugin.heardOf(refused));
            removePod(node.pods().run(config));
        }
        Traces.assertNothingNew(node, before);
    }

    @Test
    void refusedContainerLeavesNothingAndCanBeTriedAgain() throws Exception {
        var config = config("refuses");
        var pod = node.pods().run(config);
        var before = node.traces();
        var refuse = new AtomicBoolean(true);
        try (var plugin = connected(plugin("10", "strict").on("CreateContainer", _ -> {
            if (refuse.getAndSet(false)) {
                throw new IllegalStateException("no room");
            }
            return CreateContainerResponse.getDefaultInstance();
        }))) {
            var failure = assertThrows(
                    StatusRuntimeException.class, () -> node.pods().create(pod, config, container("main", "true")));
            assertTrue(
                    failure.getMessage().contains("NRI plugin 10-strict refused CreateContainer")
                            && failure.getMessage().contains("no room"),
                    failure.getMessage());
            Traces.assertNothingNew(node, before);
            var refused = plugin.heard().getFirst().container();
            assertEquals(List.of("CreateContainer", "RemoveContainer"), plugin.heardOf(refused));
            var container = node.pods().create(pod, config, container("main", "true"));
            node.pods().start(container);
            assertEquals(0, node.pods().awaitEnd(container).getExitCode());
        }
        removePod(pod);
    }

    @Test
    void refusedStartCanBeTriedAgain() throws Exception {
        var config = config("starts");
        var pod = node.pods().run(config);
        var container = node.pods().create(pod, config, container("main", "true"));
        var refuse = new AtomicBoolean(true);
        try (var _ = connected(plugin("10", "strict").on("StartContainer", _ -> {
            if (refuse.getAndSet(false)) {
                throw new IllegalStateException("not yet");
            }
            return CreateContainerResponse.getDefaultInstance();
        }))) {
            var failure =
                    assertThrows(StatusRuntimeException.class, () -> node.pods().start(container));
            assertTrue(failure.getMessage().contains("not yet"), failure.getMessage());
            assertEquals(
                    ContainerState.CONTAINER_CREATED,
                    node.pods().status(container).getState());
            node.pods().start(container);
            assertEquals(0, node.pods().awaitEnd(container).getExitCode());
        }
        removePod(pod);
    }

    @Test
    void podIsNotListedWhileAPluginThinks() throws Exception {
        var reached = new CountDownLatch(1);
        var release = new CountDownLatch(1);
        try (var plugin = connected(plugin("10", "slow").on("RunPodSandbox", _ -> {
                    reached.countDown();
                    release.await();
                    return RunPodSandboxResponse.getDefaultInstance();
                }));
                var tasks = Executors.newVirtualThreadPerTaskExecutor()) {
            var config = config("hidden");
            var run = tasks.submit(() -> node.pods().run(config));
            assertTrue(reached.await(60, TimeUnit.SECONDS));
            var id = plugin.heard().getFirst().pod();
            assertEquals(List.of(), node.pods().all());
            assertThrows(
                    StatusRuntimeException.class, () -> node.pods().create(id, config, container("early", "true")));
            release.countDown();
            assertEquals(id, run.get());
            removePod(id);
        }
    }

    @Test
    void containersHaveEndedAndThePodIsThereWhenItsStopIsTold() throws Exception {
        var states = Collections.synchronizedList(new ArrayList<String>());
        try (var _ = connected(plugin("10", "look").on("StopPodSandbox", about -> {
            node.pods()
                    .client()
                    .runtime()
                    .listContainers(ListContainersRequest.getDefaultInstance())
                    .getContainersList()
                    .forEach(container -> states.add(container.getState().name()));
            states.add("" + node.pods().all().contains(about.getPod().getId()));
            return CreateContainerResponse.getDefaultInstance();
        }))) {
            var config = config("stops");
            var pod = node.pods().run(config);
            node.pods().start(node.pods().create(pod, config, container("main", "sleep 1000")));
            removePod(pod);
            assertEquals(List.of("CONTAINER_EXITED", "true"), states);
        }
    }

    @Test
    void pluginThatHangsIsDroppedAndThePodLives() throws Exception {
        var release = new CountDownLatch(1);
        try (var hanging = connected(plugin("10", "hanging").on("RunPodSandbox", _ -> {
                    release.await();
                    return RunPodSandboxResponse.getDefaultInstance();
                }));
                var other = connected(plugin("20", "other"))) {
            var config = config("lives");
            var pod = node.pods().run(config);
            hanging.awaitEnd();
            assertEquals(List.of("RunPodSandbox"), other.heardOf(pod));
            var container = node.pods().create(pod, config, container("main", "true"));
            node.pods().start(container);
            assertEquals(0, node.pods().awaitEnd(container).getExitCode());
            assertEquals(List.of(), hanging.heardOf(container));
            removePod(pod);
        } finally {
            release.countDown();
        }
    }

    @Test
    void pluginThatGoesInTheMiddleOfACallIsNoFailure() throws Exception {
        var plugin = plugin("10", "leaving");
        plugin.on("RunPodSandbox", _ -> {
            plugin.close();
            return RunPodSandboxResponse.getDefaultInstance();
        });
        connected(plugin);
        var pod = node.pods().run(config("stays"));
        assertEquals(List.of(pod), node.pods().all());
        removePod(pod);
    }

    @Test
    void garbageOnTheSocketHurtsNobody() throws Exception {
        try (var socket = java.nio.channels.SocketChannel.open(
                java.net.UnixDomainSocketAddress.of(node.place().nriSocket()))) {
            socket.write(java.nio.ByteBuffer.wrap(new byte[] {0, 0, 0, 2, 0, 0, 0, 4, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10}));
            socket.write(java.nio.ByteBuffer.wrap(new byte[] {0, 0, 0, 1, 127, 0, 0, 4, 1, 2, 3, 4}));
            assertTrue(closedByTheOtherEnd(socket));
        }
        try (var plugin = connected(plugin("10", "after"))) {
            var pod = node.pods().run(config("unhurt"));
            removePod(pod);
            assertEquals(3, plugin.heardOf(pod).size());
        }
    }

    private static boolean closedByTheOtherEnd(java.nio.channels.SocketChannel socket) {
        try {
            return socket.read(java.nio.ByteBuffer.allocate(1)) < 0;
        } catch (java.io.IOException reset) {
            // it had more to read
            return true;
        }
    }

    @Test
    void pluginOfAnOlderVersionHearsByItsOneCall() throws Exception {
        try (var plugin = connected(plugin("10", "old").old())) {
            var config = config("older");
            var pod = node.pods().run(config);
            var container = node.pods().create(pod, config, container("main", "true"));
            node.pods().start(container);
            node.pods().awaitEnd(container);
            removePod(pod);
            assertEquals(
                    List.of(
                            "StateChange RUN_POD_SANDBOX",
                            "StateChange STOP_POD_SANDBOX",
                            "StateChange REMOVE_POD_SANDBOX"),
                    plugin.heardOf(pod));
            assertEquals(
                    List.of(
                            "CreateContainer",
                            "StateChange POST_CREATE_CONTAINER",
                            "StateChange START_CONTAINER",
                            "StateChange POST_START_CONTAINER",
                            "StopContainer",
                            "StateChange REMOVE_CONTAINER"),
                    plugin.heardOf(container));
        }
    }

    @Test
    void pluginHearsOfWhatItWants() throws Exception {
        // bits: RunPodSandbox 1, StopContainer 10
        try (var plugin = connected(plugin("10", "choosy").wanting(1 | 1 << 9))) {
            var config = config("chosen");
            var pod = node.pods().run(config);
            var container = node.pods().create(pod, config, container("main", "true"));
            node.pods().start(container);
            node.pods().awaitEnd(container);
            removePod(pod);
            assertEquals(
                    List.of("RunPodSandbox", "StopContainer"),
                    plugin.heard().stream().map(SamplePlugin.Heard::event).toList());
        }
    }

    @Test
    void pluginMayEndContainers() throws Exception {
        var config = config("evicted");
        var pod = node.pods().run(config);
        var container =
                node.pods().create(pod, config, container("main", "trap 'exit 0' TERM; while :; do sleep 0.1; done"));
        node.pods().start(container);
        try (var plugin = connected(plugin("10", "evictor"))) {
            plugin.update(UpdateContainersRequest.newBuilder()
                    .addEvict(ContainerEviction.newBuilder()
                            .setContainerId(container)
                            .setReason("its place is needed"))
                    .build());
            node.pods().awaitEnd(container);
            plugin.await("StopContainer", container);
        }
        removePod(pod);
    }

    @Test
    void serverThatStartsAnewTellsOfWhatRuns() throws Exception {
        var config = config("survives");
        var pod = node.pods().run(config);
        var runs = node.pods().create(pod, config, container("runs", "sleep 1000"));
        node.pods().start(runs);
        var over = node.pods().create(pod, config, container("over", "true"));
        node.pods().start(over);
        node.pods().awaitEnd(over);
        var gone = connected(plugin("10", "before"));
        node.crij().stopServer();
        gone.awaitEnd();
        assertTrue(gone.heard().stream().anyMatch(heard -> heard.event().equals("Shutdown")), "no farewell");
        node.crij().startServer();
        try (var plugin = connected(plugin("10", "after"))) {
            assertEquals(List.of(pod), plugin.presentPods());
            assertEquals(List.of(runs), plugin.presentContainers());
            var container = plugin.present().getFirst().getContainers(0);
            assertEquals(List.of("sh", "-c", "sleep 1000"), container.getArgsList());
            assertTrue(container.getPid() > 0, container.toString());
            PodSandbox known = plugin.present().getFirst().getPods(0);
            assertEquals("survives", known.getName());
            removePod(pod);
            assertEquals(List.of("StopContainer", "RemoveContainer"), plugin.heardOf(runs));
        }
    }

    @Test
    void serverStartsThePluginsOfItsFolderAndEndsThem() throws Exception {
        var log = node.place().root().resolve("nri/heard");
        var program = node.place().nriPlugins().resolve("05-installed");
        Files.createDirectories(program.getParent());
        Files.createDirectories(node.place().nriConfig());
        Files.writeString(node.place().nriConfig().resolve("installed.conf"), log.toString());
        Files.writeString(program, """
                #!/bin/sh
                exec %s -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xmx64m --enable-native-access=ALL-UNNAMED \
                --sun-misc-unsafe-memory-access=allow -cp '%s' %s %s
                """.formatted(
                        ProcessHandle.current().info().command().orElseThrow(),
                        System.getProperty("java.class.path"),
                        SamplePlugin.class.getName(),
                        node.place().name()));
        Files.setPosixFilePermissions(program, java.nio.file.attribute.PosixFilePermissions.fromString("rwxr-xr-x"));
        node.crij().stopServer();
        node.crij().startServer();
        try {
            var pod = node.pods().run(config("installed"));
            removePod(pod);
            Waiting.until(
                    "the plugin has heard of the pod's end",
                    SOON,
                    () -> Pods.log(log).contains("RemovePodSandbox installed"),
                    () -> Pods.log(log) + node.server().logs());
            assertTrue(Pods.log(log).contains("RunPodSandbox installed"), Pods.log(log));
        } finally {
            Files.delete(program);
            node.crij().stopServer();
            Waiting.until(
                    "the plugin has ended",
                    SOON,
                    () -> ProcessHandle.allProcesses()
                            .noneMatch(process -> process.info()
                                    .arguments()
                                    .map(arguments -> List.of(arguments).contains(SamplePlugin.class.getName())
                                            && List.of(arguments)
                                                    .contains(node.place().name()))
                                    .orElse(false)));
            node.crij().startServer();
        }
    }
}
