package io.crij.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/// A program that keeps running, its output in a file.
final class Daemon {
    private static final Duration START = Duration.ofSeconds(60);
    private static final Duration END = Duration.ofSeconds(20);

    private final String title;
    private final Path log;
    private final Process process;

    Daemon(String title, Path log, Map<String, String> environment, List<String> command) {
        this.title = title;
        this.log = log;
        var builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().putAll(environment);
        try {
            process = builder.start();
            process.getOutputStream().close();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start " + title, e);
        }
    }

    long pid() {
        return process.pid();
    }

    /// Waits until the condition holds; a program that ends before is an error, with the end of its log.
    void awaitReady(BooleanSupplier ready) {
        Waiting.until(title + " is ready", START, () -> {
            if (!process.isAlive()) {
                throw new IllegalStateException(
                        title + " ended with " + process.exitValue() + "; the end of its log:\n" + logTail());
            }
            return ready.getAsBoolean();
        });
    }

    /// SIGKILL, and the end of it.
    void kill() {
        process.destroyForcibly();
        await();
    }

    /// SIGTERM; SIGKILL when that does not help.
    void stop() {
        process.destroy();
        try {
            if (!process.waitFor(END.toSeconds(), TimeUnit.SECONDS)) {
                kill();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            kill();
        }
    }

    String logTail() {
        try {
            var lines = Files.readAllLines(log);
            return String.join("\n", lines.subList(Math.max(0, lines.size() - 40), lines.size()));
        } catch (IOException e) {
            return "(no log: " + e.getMessage() + ")";
        }
    }

    private void await() {
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
