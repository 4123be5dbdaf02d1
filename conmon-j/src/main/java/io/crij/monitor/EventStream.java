package io.crij.monitor;

import io.crij.monitor.proto.Event;
import io.crij.monitor.proto.Reply;
import org.jspecify.annotations.Nullable;

/// A subscription at the client's end. The connection's reader calls the listener, so a slow listener stops the
/// reading and fills the queue that the monitor keeps for it.
final class EventStream extends Pending implements Subscription {
    private final Connection connection;
    private final MonitorListener listener;
    private volatile boolean closed;

    EventStream(Connection connection, MonitorListener listener) {
        this.connection = connection;
        this.listener = listener;
    }

    @Override
    void deliver(Reply reply) {
        if (closed) {
            return;
        }
        if (reply.hasEvent()) {
            MonitorEvent event = event(reply.getEvent());
            if (event != null) {
                listener.on(event);
            }
        } else if (reply.hasFailure()) {
            end(MonitorException.of(reply.getFailure()));
        }
    }

    @Override
    void fail(MonitorException why) {
        end(why);
    }

    @Override
    public void close() {
        closed = true;
        connection.close();
    }

    private synchronized void end(MonitorException why) {
        if (!closed) {
            closed = true;
            connection.close();
            listener.onEnd(why);
        }
    }

    /// Null for a type that a newer monitor added.
    private static @Nullable MonitorEvent event(Event event) {
        return switch (event.getType()) {
            case CURRENT -> new MonitorEvent.Current(MonitoredContainer.of(event.getContainer()));
            case UNRECOGNIZED -> null;
            case SYNCED -> new MonitorEvent.Synced();
            case CREATED ->
                new MonitorEvent.Created(MonitoredContainer.of(event.getContainer()), Nanos.toInstant(event.getAt()));
            case STARTED ->
                new MonitorEvent.Started(MonitoredContainer.of(event.getContainer()), Nanos.toInstant(event.getAt()));
            case OOM ->
                new MonitorEvent.OutOfMemory(
                        MonitoredContainer.of(event.getContainer()), Nanos.toInstant(event.getAt()));
            case EXITED ->
                new MonitorEvent.Exited(MonitoredContainer.of(event.getContainer()), Nanos.toInstant(event.getAt()));
            case DELETED ->
                new MonitorEvent.Deleted(MonitoredContainer.of(event.getContainer()), Nanos.toInstant(event.getAt()));
        };
    }
}
