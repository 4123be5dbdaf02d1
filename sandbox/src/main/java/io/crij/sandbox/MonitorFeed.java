package io.crij.sandbox;

import io.crij.monitor.MonitorEvent;
import io.crij.monitor.MonitorException;
import io.crij.monitor.MonitorListener;
import io.crij.monitor.Subscription;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The monitor's events, in order, on one virtual thread; subscribed anew whenever the stream ends.
final class MonitorFeed implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(MonitorFeed.class.getName());
    private static final Duration PAUSE = Duration.ofMillis(200);

    private final MonitorLink monitor;
    private final Consumer<MonitorEvent> observer;
    private final Runnable begin;
    private final BlockingQueue<Item> queue = new LinkedBlockingQueue<>();
    private final AtomicReference<@Nullable Subscription> subscription = new AtomicReference<>();
    private final Thread thread;
    private volatile boolean closed;

    private sealed interface Item {
        record Happened(MonitorEvent event) implements Item {}

        record Ended(MonitorException why) implements Item {}
    }

    /// @param observer gets each event
    /// @param begin called before the first event of each subscription
    MonitorFeed(MonitorLink monitor, Consumer<MonitorEvent> observer, Runnable begin) {
        this.monitor = monitor;
        this.observer = observer;
        this.begin = begin;
        this.thread = Thread.ofVirtual().name("monitor-events").unstarted(this::work);
    }

    /// The first subscription is made here, so that its failure is the caller's.
    void start() throws SandboxException.MonitorUnavailable {
        try {
            subscribe();
        } catch (MonitorException e) {
            throw new SandboxException.MonitorUnavailable(
                    "tried to follow the container monitor but " + e.getMessage(), e);
        }
        thread.start();
    }

    private void subscribe() throws MonitorException {
        begin.run();
        subscription.set(monitor.subscribe(new MonitorListener() {
            @Override
            public void on(MonitorEvent event) {
                queue.add(new Item.Happened(event));
            }

            @Override
            public void onEnd(MonitorException why) {
                queue.add(new Item.Ended(why));
            }
        }));
    }

    private void work() {
        try {
            while (!closed) {
                switch (queue.take()) {
                    case Item.Happened(MonitorEvent event) -> deliver(event);
                    case Item.Ended(MonitorException why) -> subscribeAnew(why);
                }
            }
        } catch (InterruptedException _) {
            // closed
        }
    }

    private void deliver(MonitorEvent event) {
        try {
            observer.accept(event);
        } catch (RuntimeException e) {
            LOG.log(Level.ERROR, "Could not take in " + event, e);
        }
    }

    private void subscribeAnew(MonitorException why) throws InterruptedException {
        LOG.log(Level.WARNING, "The monitor's events ended: " + why.getMessage() + "; following it anew");
        while (!closed) {
            try {
                subscribe();
                return;
            } catch (MonitorException e) {
                LOG.log(Level.DEBUG, "The monitor is not there yet: " + e.getMessage());
                Thread.sleep(PAUSE);
            }
        }
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
        var current = subscription.get();
        if (current != null) {
            current.close();
        }
    }
}
