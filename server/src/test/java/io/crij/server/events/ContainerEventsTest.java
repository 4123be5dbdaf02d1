package io.crij.server.events;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crij.cri.v1.ContainerEventResponse;
import io.crij.cri.v1.ContainerEventType;
import io.crij.cri.v1.PodSandboxState;
import io.crij.sandbox.DnsConfig;
import io.crij.sandbox.PodConfig;
import io.crij.sandbox.PodMetadata;
import io.crij.sandbox.PodNamespaceModes;
import io.crij.sandbox.PodNetwork;
import io.crij.sandbox.PodPaths;
import io.crij.sandbox.PodRecord;
import io.crij.sandbox.PodSecurity;
import io.crij.sandbox.PodState;
import io.crij.sandbox.SandboxEvent;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class ContainerEventsTest {
    private static final Path HERE = Path.of("/nowhere");

    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.ofEpochSecond(1_000));
    private final ContainerEvents events = new ContainerEvents(now::get, 4);

    @Test
    void aSubscriberGetsWhatHappensInOrderWithTheStatesOfThePod() throws Exception {
        var queue = events.subscribe();
        events.on(new SandboxEvent.PodReady(pod("p1", new PodState.Ready(1))));
        events.on(new SandboxEvent.PodNotReady(pod("p1", new PodState.NotReady(Instant.EPOCH, "stopped"))));
        events.on(new SandboxEvent.PodRemoved(pod("p1", new PodState.Removing())));
        var got = take(queue, 4);
        assertEquals(
                List.of(
                        ContainerEventType.CONTAINER_CREATED_EVENT,
                        ContainerEventType.CONTAINER_STARTED_EVENT,
                        ContainerEventType.CONTAINER_STOPPED_EVENT,
                        ContainerEventType.CONTAINER_DELETED_EVENT),
                got.stream().map(ContainerEventResponse::getContainerEventType).toList());
        assertTrue(got.stream().allMatch(event -> event.getContainerId().equals("p1")));
        assertEquals(
                PodSandboxState.SANDBOX_READY,
                got.getFirst().getPodSandboxStatus().getState());
        assertEquals(
                PodSandboxState.SANDBOX_NOTREADY,
                got.getLast().getPodSandboxStatus().getState());
        assertEquals("uid-p1", got.getLast().getPodSandboxStatus().getMetadata().getUid());
    }

    @Test
    void timesRiseAlsoWhenTheClockStands() throws Exception {
        var queue = events.subscribe();
        happen(4);
        var times = take(queue, 4).stream()
                .map(ContainerEventResponse::getCreatedAt)
                .toList();
        assertEquals(times.stream().sorted().distinct().toList(), times);
    }

    @Test
    void whoDoesNotKeepUpIsCutOffAndTheOthersAreNot() throws Exception {
        var slow = events.subscribe();
        var quick = events.subscribe();
        for (int i = 0; i < 5; i++) {
            happen(1);
            take(quick, 1);
        }
        var ended = assertThrows(EventQueue.Ended.class, slow::take);
        assertTrue(ended.overflowed());
        assertEquals(1, events.overflows());
        assertEquals(1, events.subscribers());
        happen(1);
        take(quick, 1);
    }

    @Test
    void whatHappensWithoutSubscribersIsKeptForTheFirst() throws Exception {
        happen(2);
        var first = events.subscribe();
        var second = events.subscribe();
        take(first, 2);
        happen(1);
        take(first, 1);
        take(second, 1);
    }

    @Test
    void onlyTheLastAreKeptAndNotForLong() throws Exception {
        happen(3);
        now.set(now.get().plus(Duration.ofMinutes(6)));
        happen(6);
        var queue = events.subscribe();
        take(queue, 4);
        events.close();
        assertFalse(assertThrows(EventQueue.Ended.class, queue::take).overflowed());
    }

    @Test
    void whatALeavingSubscriberHasNotTakenIsForTheNext() throws Exception {
        var first = events.subscribe();
        happen(3);
        take(first, 1);
        events.unsubscribe(first);
        take(events.subscribe(), 2);
    }

    @Test
    void closingEndsTheStreamsOnceTheyAreEmpty() throws Exception {
        var queue = events.subscribe();
        happen(1);
        events.close();
        take(queue, 1);
        assertFalse(assertThrows(EventQueue.Ended.class, queue::take).overflowed());
        assertThrows(EventQueue.Ended.class, events.subscribe()::take);
    }

    private void happen(int times) {
        for (int i = 0; i < times; i++) {
            events.on(new SandboxEvent.PodNotReady(pod("p", new PodState.NotReady(Instant.EPOCH, "stopped"))));
        }
    }

    private static List<ContainerEventResponse> take(EventQueue queue, int count) throws Exception {
        var taken = new ArrayList<ContainerEventResponse>();
        for (int i = 0; i < count; i++) {
            taken.add(queue.take());
        }
        return taken;
    }

    private static PodRecord pod(String id, PodState state) {
        return new PodRecord(
                PodRecord.VERSION,
                id,
                new PodConfig(
                        new PodMetadata("web", "uid-" + id, "default", 0),
                        "web",
                        "",
                        DnsConfig.ofHost(),
                        List.of(),
                        Map.of(),
                        Map.of(),
                        "",
                        Map.of(),
                        PodNamespaceModes.ofPod(),
                        PodSecurity.none(),
                        null,
                        null),
                "",
                Instant.EPOCH,
                "web",
                "/crij",
                new PodPaths(null, null, HERE, null, null, HERE, HERE, HERE, HERE, HERE),
                state,
                new PodNetwork.Released(),
                false);
    }
}
