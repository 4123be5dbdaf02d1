package io.crij.monitor;

import io.crij.monitor.proto.Container;
import io.crij.monitor.proto.Event;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// All containers of this node that the monitor watches over, in memory and on tmpfs, with the events of their changes.
final class Containers {
    private final Map<String, LiveContainer> byId = new ConcurrentHashMap<>();
    private final RecordFolder folder;
    private final Subscribers subscribers;

    Containers(RecordFolder folder, Subscribers subscribers) {
        this.folder = folder;
        this.subscribers = subscribers;
    }

    LiveContainer find(String id) throws MonitorException {
        LiveContainer found = byId.get(id);
        if (found == null || found.record().status() == ContainerRecord.Status.CREATING) {
            throw new MonitorException(MonitorException.Code.NOT_FOUND, "container " + id + " does not exist", 0);
        }
        return found;
    }

    /// The container, also while it is being made; null when there is none.
    @Nullable
    LiveContainer lookUp(String id) {
        return byId.get(id);
    }

    Collection<LiveContainer> all() {
        return byId.values();
    }

    /// Reserves the id: two creates of one name cannot both go on.
    void add(LiveContainer container) throws MonitorException {
        if (byId.putIfAbsent(container.id(), container) != null) {
            throw new MonitorException(
                    MonitorException.Code.ALREADY_EXISTS,
                    "container with given ID already exists: " + container.id() + "; delete it first",
                    0);
        }
    }

    /// Forgets it without an event: it never came to be.
    void drop(LiveContainer container) throws IOException {
        forget(container);
    }

    void remove(LiveContainer container) throws IOException {
        forget(container);
        subscribers.publish(Event.Type.DELETED, container.record());
    }

    private void forget(LiveContainer container) throws IOException {
        container.facts.lock();
        try {
            container.markRemoved();
            folder.remove(container.id());
        } finally {
            container.facts.unlock();
        }
        byId.remove(container.id(), container);
    }

    void save(ContainerRecord record) throws IOException {
        folder.save(record);
    }

    /// Changes the record, on tmpfs first, and tells everybody. Does nothing to a container that was deleted.
    ///
    /// @param event null: nobody needs to know
    void change(LiveContainer container, UnaryOperator<ContainerRecord> change, Event.@Nullable Type event)
            throws IOException {
        container.facts.lock();
        try {
            if (container.removed()) {
                return;
            }
            ContainerRecord next = change.apply(container.record());
            folder.save(next);
            container.become(next);
            if (event != null) {
                subscribers.publish(event, next);
            }
        } finally {
            container.facts.unlock();
        }
    }

    List<Container> describe() {
        return byId.values().stream()
                .map(LiveContainer::record)
                .filter(record -> record.status() != ContainerRecord.Status.CREATING)
                .map(ContainerRecord::message)
                .toList();
    }
}
