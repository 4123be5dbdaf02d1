package io.crij.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crij.cri.v1.ContainerState;
import io.crij.cri.v1.ListContainersRequest;
import io.crij.cri.v1.NamespaceMode;
import io.crij.server.nri.proto.CreateContainerResponse;
import io.crij.server.nri.proto.RunPodSandboxResponse;
import io.grpc.StatusRuntimeException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/// What becomes of pods and containers when plugins refuse, hang, go, or talk nonsense.
class NriFailuresTest extends NriNode {
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
}
