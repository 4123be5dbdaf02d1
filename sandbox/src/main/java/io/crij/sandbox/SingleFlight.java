package io.crij.sandbox;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Work that is done once for all who ask for it at the same time, by key. It runs on a thread of its own and goes on
/// when its callers go away. After it has ended, the next call does it again.
final class SingleFlight {
    private final Map<String, Flight> flights = new HashMap<>();

    @FunctionalInterface
    interface Work {
        void run() throws SandboxException, InterruptedException;
    }

    /// Guarded by the [SingleFlight].
    private static final class Flight {
        private boolean over;
        private @Nullable Throwable failure;
    }

    void run(String key, Work work) throws SandboxException, InterruptedException {
        Flight flight;
        synchronized (this) {
            flight = flights.get(key);
            if (flight == null) {
                var started = new Flight();
                flights.put(key, started);
                Thread.ofVirtual().name(key).start(() -> carryOut(key, started, work));
                flight = started;
            }
            while (!flight.over) {
                wait();
            }
        }
        switch (flight.failure) {
            case null -> {}
            case SandboxException e -> throw e;
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            case Throwable e -> throw new IllegalStateException(e);
        }
    }

    private void carryOut(String key, Flight flight, Work work) {
        Throwable failure = null;
        try {
            work.run();
        } catch (SandboxException | InterruptedException | RuntimeException | Error e) {
            failure = e;
        }
        synchronized (this) {
            flight.failure = failure;
            flight.over = true;
            flights.remove(key);
            notifyAll();
        }
    }
}
