package io.crij.server.cli;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// What Ctrl-C does to a command that has made something: the command hears of it and cleans up, and the JVM, which
/// would
/// end at once, waits until it has. A second Ctrl-C is not heard; SIGKILL is.
final class Interruption implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private final CountDownLatch finished = new CountDownLatch(1);
    private final Thread hook = new Thread(this::interrupted, "interrupted");
    // guarded by this
    private boolean happened;
    // guarded by this
    private @Nullable Runnable action;

    Interruption() {
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /// Does this when it happens, at once when it has happened.
    void then(Runnable what) {
        synchronized (this) {
            if (!happened) {
                action = what;
                return;
            }
        }
        what.run();
    }

    synchronized boolean happened() {
        return happened;
    }

    void interrupted() {
        Runnable what;
        synchronized (this) {
            happened = true;
            what = action;
        }
        try {
            if (what != null) {
                what.run();
            }
            if (!finished.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                System.err.println("crij: what was begun is not cleaned up after " + PATIENCE.toSeconds()
                        + " s; look at: crij pods");
            }
        } catch (CliException e) {
            System.err.println("crij: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// All is done, also what there was to clean up.
    @Override
    public void close() {
        finished.countDown();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // the JVM is ending, and waited for this
        }
    }
}
