package io.crij.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crij.cri.v1.NamespaceMode;
import io.crij.e2e.nri.SamplePlugin;
import io.crij.server.nri.proto.ContainerEviction;
import io.crij.server.nri.proto.CreateContainerResponse;
import io.crij.server.nri.proto.PodSandbox;
import io.crij.server.nri.proto.UpdateContainersRequest;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/// What plugins of the Node Resource Interface hear.
class NriTest extends NriNode {
    private static final List<String> LIFE = List.of(
            "CreateContainer",
            "PostCreateContainer",
            "StartContainer",
            "PostStartContainer",
            "StopContainer",
            "RemoveContainer");

    private static final Duration SOON = Duration.ofSeconds(60);

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
            assertEquals(LIFE, plugin.heardOf(container));
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
            assertEquals(LIFE, plugin.heardOf(container));
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
