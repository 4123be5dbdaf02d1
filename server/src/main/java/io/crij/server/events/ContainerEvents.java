package io.crij.server.events;

import io.crij.cri.v1.ContainerEventType;
import io.crij.sandbox.ContainerRecord;
import io.crij.sandbox.Containers;
import io.crij.sandbox.PodRecord;
import io.crij.sandbox.Pods;
import io.crij.sandbox.SandboxEvent;
import io.crij.sandbox.SandboxException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// The life of pods and containers for those who follow it (GetContainerEvents). While nobody does, the last events are
/// kept for the next who comes: what was found at recovery to have happened without a server is among them.
///
/// The lock guards all fields and gives events their order; under it nothing is waited for, so whoever tells of an
/// event is never held up by a subscriber.
public final class ContainerEvents implements AutoCloseable {
    private static final int MOST_WAITING = 1_000;
    private static final Duration KEPT = Duration.ofMinutes(5);

    private final Object lock = new Object();
    private final InstantSource clock;
    private final int most;
    private final Set<EventQueue> subscribers = new HashSet<>();
    private final ArrayDeque<Happening> unheard = new ArrayDeque<>();
    private @Nullable Pods pods;
    private @Nullable Containers containers;
    private long last;
    private long overflows;
    private boolean closed;

    public ContainerEvents() {
        this(InstantSource.system(), MOST_WAITING);
    }

    ContainerEvents(InstantSource clock, int most) {
        this.clock = clock;
        this.most = most;
    }

    /// Where the states of an event's pod are found; before the first event.
    public void describe(Pods fromPods, Containers fromContainers) {
        synchronized (lock) {
            pods = fromPods;
            containers = fromContainers;
        }
    }

    public void on(SandboxEvent event) {
        switch (event) {
            case SandboxEvent.PodReady(PodRecord pod) -> {
                tell(ContainerEventType.CONTAINER_CREATED_EVENT, pod);
                tell(ContainerEventType.CONTAINER_STARTED_EVENT, pod);
            }
            case SandboxEvent.PodNotReady(PodRecord pod) -> tell(ContainerEventType.CONTAINER_STOPPED_EVENT, pod);
            case SandboxEvent.PodRemoved(PodRecord pod) -> tell(ContainerEventType.CONTAINER_DELETED_EVENT, pod);
            case SandboxEvent.ContainerCreated(ContainerRecord container) ->
                tell(ContainerEventType.CONTAINER_CREATED_EVENT, container);
            case SandboxEvent.ContainerStarted(ContainerRecord container) ->
                tell(ContainerEventType.CONTAINER_STARTED_EVENT, container);
            case SandboxEvent.ContainerExited(ContainerRecord container) ->
                tell(ContainerEventType.CONTAINER_STOPPED_EVENT, container);
            case SandboxEvent.ContainerRemoved(ContainerRecord container) ->
                tell(ContainerEventType.CONTAINER_DELETED_EVENT, container);
            case SandboxEvent.NetworkOperated _ -> {
                // part of the making or ending of a pod
            }
        }
    }

    private void tell(ContainerEventType type, PodRecord pod) {
        synchronized (lock) {
            publish(new Happening(type, pod.id(), now(), Optional.of(pod), in(pod.id())));
        }
    }

    private void tell(ContainerEventType type, ContainerRecord container) {
        synchronized (lock) {
            publish(new Happening(type, container.id(), now(), pod(container.podId()), in(container.podId())));
        }
    }

    private void publish(Happening happening) {
        if (subscribers.isEmpty()) {
            keep(happening);
            return;
        }
        int before = subscribers.size();
        subscribers.removeIf(queue -> !queue.offer(happening));
        overflows += before - subscribers.size();
    }

    private void keep(Happening happening) {
        if (unheard.size() == most) {
            unheard.remove();
        }
        unheard.add(happening);
    }

    /// Strictly rising, so that who compares times never takes an older state for a newer one.
    private long now() {
        var instant = clock.instant();
        last = Math.max(last + 1, TimeUnit.SECONDS.toNanos(instant.getEpochSecond()) + instant.getNano());
        return last;
    }

    private Optional<PodRecord> pod(String id) {
        try {
            return pods == null ? Optional.empty() : Optional.of(pods.find(id));
        } catch (SandboxException _) {
            return Optional.empty();
        }
    }

    private List<ContainerRecord> in(String pod) {
        return containers == null ? List.of() : containers.inPod(pod);
    }

    /// Follows from now on; the caller [#unsubscribe]s.
    public EventQueue subscribe() {
        synchronized (lock) {
            long oldest = now() - KEPT.toNanos();
            unheard.removeIf(happening -> happening.at() < oldest);
            var queue = new EventQueue(most, unheard);
            unheard.clear();
            if (closed) {
                queue.close();
            } else {
                subscribers.add(queue);
            }
            return queue;
        }
    }

    /// What the last subscriber has not taken waits for the next.
    public void unsubscribe(EventQueue queue) {
        synchronized (lock) {
            subscribers.remove(queue);
            var left = queue.leave();
            if (subscribers.isEmpty()) {
                left.forEach(this::keep);
            }
        }
    }

    /// How many subscribers were cut off since they did not keep up.
    public long overflows() {
        synchronized (lock) {
            return overflows;
        }
    }

    public int subscribers() {
        synchronized (lock) {
            return subscribers.size();
        }
    }

    /// Ends all streams.
    @Override
    public void close() {
        synchronized (lock) {
            closed = true;
            subscribers.forEach(EventQueue::close);
            subscribers.clear();
        }
    }
}
