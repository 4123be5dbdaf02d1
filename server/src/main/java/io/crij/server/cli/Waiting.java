package io.crij.server.cli;

import java.time.Duration;

/// Says on standard error what is being waited for, when it takes longer than a person likes to look at nothing.
/// Only on a terminal: scripts read standard error as it was.
final class Waiting implements AutoCloseable {
    private static final Duration QUIET = Duration.ofSeconds(2);

    private final Thread reporter;

    /// @param what completes "waiting to …"
    Waiting(String what) {
        reporter = Thread.ofVirtual().unstarted(() -> report(what));
        if (Terminal.isStderr()) {
            reporter.start();
        }
    }

    private static void report(String what) {
        long begin = System.nanoTime();
        try {
            while (true) {
                Thread.sleep(QUIET);
                System.err.printf(
                        "\rwaiting to %s ... %d s\033[K",
                        what, Duration.ofNanos(System.nanoTime() - begin).toSeconds());
            }
        } catch (InterruptedException e) {
            if (System.nanoTime() - begin > QUIET.toNanos()) {
                System.err.print("\r\033[K");
            }
        }
    }

    @Override
    public void close() {
        reporter.interrupt();
        if (reporter.getState() == Thread.State.NEW) {
            return;
        }
        try {
            reporter.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
