package io.crij.server.call;

import io.grpc.Context;
import java.util.concurrent.TimeoutException;

/// Interrupts the thread of a call when its client goes away or its deadline passes, and never after the call's work
/// has ended. The lock guards `working`.
final class ClientPresence implements AutoCloseable, Context.CancellationListener {
    private final Context context = Context.current();
    private final Thread worker = Thread.currentThread();
    private final Object lock = new Object();
    private boolean working = true;

    ClientPresence() {
        context.addListener(this, Runnable::run);
    }

    @Override
    public void cancelled(Context gone) {
        synchronized (lock) {
            if (working) {
                worker.interrupt();
            }
        }
    }

    boolean gone() {
        return context.isCancelled();
    }

    boolean pastDeadline() {
        return context.cancellationCause() instanceof TimeoutException;
    }

    @Override
    public void close() {
        context.removeListener(this);
        synchronized (lock) {
            working = false;
            // the thread goes on to serve gRPC's own call-backs
            Thread.interrupted();
        }
    }
}
