package io.crij.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// Runs commands of the host and waits for them.
public final class Shell {
    private static final Duration LIMIT = Duration.ofMinutes(2);

    private Shell() {}

    /// How a command ended and all it printed, both streams together.
    public record Outcome(int exitCode, String output) {}

    public static Outcome run(List<String> command) {
        Path output = null;
        try {
            output = Files.createTempFile("crij-e2e", ".out");
            var process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            process.getOutputStream().close();
            if (!process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IllegalStateException(String.join(" ", command) + " did not end within " + LIMIT);
            }
            return new Outcome(process.exitValue(), Files.readString(output, StandardCharsets.ISO_8859_1));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot run " + String.join(" ", command), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while running " + String.join(" ", command), e);
        } finally {
            Folders.delete(output);
        }
    }

    /// The output of a command that must end with 0.
    public static String must(String... command) {
        var outcome = run(List.of(command));
        if (outcome.exitCode() != 0) {
            throw new IllegalStateException(
                    String.join(" ", command) + " ended with " + outcome.exitCode() + ": " + outcome.output());
        }
        return outcome.output();
    }
}
