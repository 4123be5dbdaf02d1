package io.crij.server.events;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/// What waits for one subscriber, bounded: one that does not keep up is cut off and begins anew with a list. Adding
/// never waits. Thread-safe; one thread takes.
public final class EventQueue {
    private final int most;
    private final ArrayDeque<Happening> waiting = new ArrayDeque<>();
    private End end = End.NONE;

    private enum End {
        NONE,
        OVERFLOWED,
        CLOSED
    }

    /// Why there are no more events.
    public static final class Ended extends Exception {
        private final boolean overflowed;

        Ended(boolean overflowed, String message) {
            super(message);
            this.overflowed = overflowed;
        }

        /// Whether the subscriber was too slow; otherwise the server is about to end.
        public boolean overflowed() {
            return overflowed;
        }
    }

    /// @param most number of events that may wait
    /// @param first what the subscriber gets before all else
    EventQueue(int most, Collection<Happening> first) {
        this.most = most;
        waiting.addAll(first);
    }

    /// @return false when the subscriber is cut off by this
    synchronized boolean offer(Happening happening) {
        if (end != End.NONE) {
            return false;
        }
        if (waiting.size() >= most) {
            end = End.OVERFLOWED;
            waiting.clear();
        } else {
            waiting.add(happening);
        }
        notifyAll();
        return end == End.NONE;
    }

    synchronized void close() {
        if (end == End.NONE) {
            end = End.CLOSED;
            notifyAll();
        }
    }

    /// What was not taken; the subscriber has gone.
    synchronized List<Happening> leave() {
        var left = end == End.OVERFLOWED ? List.<Happening>of() : new ArrayList<>(waiting);
        end = End.CLOSED;
        waiting.clear();
        return left;
    }

    /// Waits for the next one.
    public synchronized io.crij.cri.v1.ContainerEventResponse take() throws Ended, InterruptedException {
        while (waiting.isEmpty()) {
            switch (end) {
                case NONE -> wait();
                case OVERFLOWED ->
                    throw new Ended(
                            true,
                            "more than " + most + " events waited for this client; list pods and containers, then"
                                    + " subscribe again");
                case CLOSED -> throw new Ended(false, "crij is stopping; containers go on running");
            }
        }
        return waiting.remove().message();
    }
}
