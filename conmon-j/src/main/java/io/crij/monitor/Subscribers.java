package io.crij.monitor;

import io.crij.monitor.proto.Container;
import io.crij.monitor.proto.Event;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Everybody who wants events. Each has a bounded queue; who does not keep up is cut off and subscribes anew. The
/// monitor of this object orders publications against the descriptions that a new subscriber begins with.
final class Subscribers {
    private static final int QUEUE = 1024;

    private final List<Queue> queues = new ArrayList<>();

    /// One subscriber's events, in order. [#next] by one thread.
    static final class Queue {
        private final List<Event> first;
        private final BlockingQueue<Event> events = new ArrayBlockingQueue<>(QUEUE);
        private int described;
        private volatile boolean overflowed;

        private Queue(List<Event> first) {
            this.first = first;
        }

        /// Waits for the next event; null when events were lost since.
        @Nullable
        Event next() throws InterruptedException {
            if (described < first.size()) {
                return first.get(described++);
            }
            if (overflowed && events.isEmpty()) {
                return null;
            }
            return events.take();
        }

        private boolean offer(Event event) {
            if (events.offer(event)) {
                return true;
            }
            overflowed = true;
            return false;
        }
    }

    /// @param current describes every container; called while nothing is published
    synchronized Queue add(Supplier<List<Container>> current) {
        List<Event> first = new ArrayList<>();
        for (Container container : current.get()) {
            first.add(event(Event.Type.CURRENT, container));
        }
        first.add(Event.newBuilder().setType(Event.Type.SYNCED).build());
        Queue queue = new Queue(first);
        queues.add(queue);
        return queue;
    }

    synchronized void remove(Queue queue) {
        queues.remove(queue);
    }

    synchronized void publish(Event.Type type, ContainerRecord record) {
        Event event = event(type, record.message());
        queues.removeIf(queue -> !queue.offer(event));
    }

    private static Event event(Event.Type type, Container container) {
        return Event.newBuilder()
                .setType(type)
                .setContainer(container)
                .setAt(Nanos.of(Instant.now()))
                .build();
    }
}
