package io.crij.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.crij.cri.v1.ContainerEventResponse;
import io.crij.cri.v1.ContainerEventType;
import io.crij.cri.v1.ContainerState;
import io.crij.cri.v1.GetEventsRequest;
import io.crij.cri.v1.Mount;
import io.crij.cri.v1.NamespaceMode;
import io.crij.cri.v1.PodSandboxState;
import io.crij.server.cli.CriClient;
import io.grpc.StatusRuntimeException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// Events of pods and containers, as the kubelet's evented PLEG follows them.
class EventsTest {
    private static final Duration SOON = Duration.ofSeconds(60);

    private static Node node;
    private static String image;

    @BeforeAll
    static void startNode() {
        node = Node.start();
        image = node.registry().push(TestImage.busybox("e2e/events:1"));
        node.pods().pull(image);
    }

    @AfterAll
    static void closeNode() {
        node.close();
    }

    @Test
    void aPodsLifeIsToldInOrderWithItsStates() {
        try (var follower = new Follower()) {
            var pods = node.pods();
            var config = pods.config("told", NamespaceMode.NODE).build();
            var pod = pods.run(config);
            var container = pods.create(pod, config, container("main", "exit 3"));
            pods.start(container);
            pods.awaitEnd(container);
            pods.remove(container);
            pods.stopPod(pod);
            pods.removePod(pod);
            follower.await(pod, ContainerEventType.CONTAINER_DELETED_EVENT);

            var life = List.of(
                    ContainerEventType.CONTAINER_CREATED_EVENT,
                    ContainerEventType.CONTAINER_STARTED_EVENT,
                    ContainerEventType.CONTAINER_STOPPED_EVENT,
                    ContainerEventType.CONTAINER_DELETED_EVENT);
            assertEquals(life, follower.types(pod));
            assertEquals(life, follower.types(container));
            var all = follower.of(pod, container);
            assertTrue(
                    all.stream()
                            .allMatch(
                                    event -> event.getPodSandboxStatus().getId().equals(pod)
                                            && event.getPodSandboxStatus()
                                                    .getMetadata()
                                                    .getName()
                                                    .equals("told")),
                    all.toString());
            var stopped = follower.await(container, ContainerEventType.CONTAINER_STOPPED_EVENT);
            assertEquals(1, stopped.getContainersStatusesCount());
            assertEquals(3, stopped.getContainersStatuses(0).getExitCode());
            assertEquals(
                    ContainerState.CONTAINER_EXITED,
                    stopped.getContainersStatuses(0).getState());
            assertEquals(
                    0,
                    follower.await(container, ContainerEventType.CONTAINER_DELETED_EVENT)
                            .getContainersStatusesCount());
            assertEquals(
                    PodSandboxState.SANDBOX_NOTREADY,
                    follower.await(pod, ContainerEventType.CONTAINER_STOPPED_EVENT)
                            .getPodSandboxStatus()
                            .getState());
        }
    }

    @Test
    void whatHappensWithoutAServerIsToldByTheNext() {
        assumeTrue(node.isCrij(), "needs crij: the server is killed");
        var pods = node.pods();
        var config = pods.config("missed", NamespaceMode.NODE).build();
        var pod = pods.run(config);
        var folder = Folders.make(node.place().root().resolve("shared"));
        var wanted = container("main", "while [ ! -e /shared/go ]; do sleep 0.1; done; touch /shared/gone; exit 4");
        var container = pods.create(
                pod,
                config,
                wanted.toBuilder()
                        .addMounts(Mount.newBuilder()
                                .setHostPath(folder.toString())
                                .setContainerPath("/shared"))
                        .build());
        pods.start(container);
        node.server().killServer();
        Folders.write(folder.resolve("go"), "");
        Waiting.until("the container ends", SOON, () -> Files.exists(folder.resolve("gone")));
        node.crij().startServer();
        try (var follower = new Follower()) {
            var stopped = follower.await(container, ContainerEventType.CONTAINER_STOPPED_EVENT);
            assertEquals(4, stopped.getContainersStatuses(0).getExitCode());
            assertEquals(pod, stopped.getPodSandboxStatus().getId());
        }
        pods.stopPod(pod);
        pods.removePod(pod);
    }

    private static io.crij.cri.v1.ContainerConfig container(String name, String script) {
        return Pods.container(name, image, NamespaceMode.NODE, List.of("sh", "-c", script))
                .build();
    }

    /// Collects events on a thread and a connection of its own.
    private static final class Follower implements AutoCloseable {
        private final CriClient client = node.connect();
        private final List<ContainerEventResponse> events = new CopyOnWriteArrayList<>();

        Follower() {
            var stream =
                    client.runtime(Duration.ofMinutes(10)).getContainerEvents(GetEventsRequest.getDefaultInstance());
            Thread.ofVirtual().start(() -> {
                try {
                    stream.forEachRemaining(events::add);
                } catch (StatusRuntimeException _) {
                    // closed
                }
            });
        }

        ContainerEventResponse await(String id, ContainerEventType type) {
            Waiting.until(
                    type + " of " + id,
                    SOON,
                    () -> types(id).contains(type),
                    () -> events + "\n" + node.server().logs());
            return events.stream()
                    .filter(event -> event.getContainerId().equals(id) && event.getContainerEventType() == type)
                    .findFirst()
                    .orElseThrow();
        }

        List<ContainerEventType> types(String id) {
            return of(id).stream()
                    .map(ContainerEventResponse::getContainerEventType)
                    .toList();
        }

        List<ContainerEventResponse> of(String... ids) {
            return events.stream()
                    .filter(event -> List.of(ids).contains(event.getContainerId()))
                    .toList();
        }

        @Override
        public void close() {
            client.close();
        }
    }
}
