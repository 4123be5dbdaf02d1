package io.crij.e2e.bench;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Lines of which no two are alike, the last one a short one that says that it is, and what a CRI log made of them.
final class NumberedLines {
    private static final String END = "e";
    private static final byte[] LAST_RECORD = (" stdout F " + END + "\n").getBytes(ISO_8859_1);
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final Pattern TIME =
            Pattern.compile("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d{1,9})?(Z|[+-]\\d\\d:\\d\\d)");

    private NumberedLines() {}

    /// @param length of a line without its newline
    /// @param bytes of all, about
    static void write(Path file, int writer, int length, int bytes) throws IOException {
        var letters = "abcdefghijklmnopqrstuvwxyz".repeat(length / 26 + 2);
        try (var out = Files.newBufferedWriter(file, ISO_8859_1)) {
            for (int i = 0; i < bytes / (length + 1); i++) {
                var head = "%03d %08d ".formatted(writer, i);
                out.append(head)
                        .append(letters, i % 26, i % 26 + length - head.length())
                        .append('\n');
            }
            out.append(END).append('\n');
        }
    }

    /// Waits until the last line is in the log.
    static void awaitEnd(Path log) throws IOException, InterruptedException {
        long begin = System.nanoTime();
        while (!Files.exists(log)) {
            pause(log, begin);
        }
        try (var file = FileChannel.open(log, StandardOpenOption.READ)) {
            var tail = ByteBuffer.allocate(LAST_RECORD.length);
            while (true) {
                tail.clear();
                long at = file.size() - tail.capacity();
                if (at > 0
                        && file.read(tail, at) == tail.capacity()
                        && tail.flip().equals(ByteBuffer.wrap(LAST_RECORD))) {
                    return;
                }
                pause(log, begin);
            }
        }
    }

    private static void pause(Path log, long begin) throws InterruptedException {
        if (System.nanoTime() - begin > PATIENCE.toNanos()) {
            throw new IllegalStateException("the log " + log + " is not whole after " + PATIENCE.toSeconds() + " s");
        }
        // seldom enough to leave the processors to the pump, and far below what is measured
        Thread.sleep(Duration.ofNanos(300_000));
    }

    /// How many of the lines are not in the log as they were, in their order.
    static int missing(Path lines, Path log) throws IOException {
        int missing = 0;
        try (var expected = Files.newBufferedReader(lines, ISO_8859_1);
                var records = Files.newBufferedReader(log, ISO_8859_1)) {
            var found = next(records);
            for (var line = expected.readLine(); line != null; line = expected.readLine()) {
                if (line.equals(found)) {
                    found = next(records);
                } else {
                    missing++;
                }
            }
            // what nobody wrote is no better than what is missing
            return found == null ? missing : missing + 1;
        }
    }

    /// A line out of the records of its pieces; null at the end.
    private static @Nullable String next(BufferedReader records) throws IOException {
        StringBuilder pieces = null;
        while (true) {
            var record = records.readLine();
            if (record == null) {
                return pieces == null ? null : pieces.toString();
            }
            var fields = record.split(" ", 4);
            if (fields.length != 4
                    || !fields[1].equals("stdout")
                    || !TIME.matcher(fields[0]).matches()) {
                // no record: its line is missing then
                continue;
            }
            if (fields[2].equals("F")) {
                return pieces == null ? fields[3] : pieces.append(fields[3]).toString();
            }
            pieces = (pieces == null ? new StringBuilder() : pieces).append(fields[3]);
        }
    }
}
