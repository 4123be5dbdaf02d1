package io.crij.monitor;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.crij.linux.Pipe;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// A monitor that is killed at each point of a step; the next one must leave the same log.
class BrokenStepTest {
    private static final String WAITS = "begin";
    private static final String OUTPUT = "ning\nsecond\n" + "z".repeat(40_000) + "\nlast, unfin";

    @TempDir
    Path folder;

    private Pipe pipe;
    private Path log;
    private Path journal;
    private WriteBuffers buffers;

    enum KilledAfter {
        TAKING,
        NOTING,
        WRITING_A_PART,
        WRITING,
        COUNTING
    }

    @BeforeEach
    void start() throws IOException {
        pipe = Pipe.open();
        pipe.writer().pipeCapacity(256 << 10);
        log = folder.resolve("c.log");
        journal = folder.resolve("journal");
        buffers = new WriteBuffers();
    }

    @AfterEach
    void stop() {
        pipe.close();
        buffers.close();
    }

    @ParameterizedTest
    @EnumSource
    void theNextMonitorLosesAndRepeatsNothing(KilledAfter point) throws Exception {
        breakOff(point, log);
        goOn(log);
        assertLog(Files.readString(log));
    }

    @ParameterizedTest
    @EnumSource
    void alsoWhenTheLogWasRotatedMeanwhile(KilledAfter point) throws Exception {
        breakOff(point, log);
        Path rotated = folder.resolve("c.log.20261124-033534");
        Files.move(log, rotated);
        goOn(log);
        assertLog(Files.readString(rotated) + Files.readString(log));
    }

    private static void assertLog(String text) {
        List<String> lines =
                text.lines().map(line -> line.substring(line.indexOf(' ') + 1)).toList();
        assertEquals(
                List.of(
                        "stdout F beginning",
                        "stdout F second",
                        "stdout P " + "z".repeat(16384),
                        "stdout P " + "z".repeat(16384),
                        "stdout F " + "z".repeat(40_000 - 2 * 16384),
                        "stdout F last, unfinished"),
                lines);
    }

    /// One step as [LogAppender] makes it, up to a point.
    private void breakOff(KilledAfter point, Path file) throws Exception {
        OutputSource source = new OutputSource(pipe.reader(), LogStream.STDOUT, false);
        try (LogFile opened = LogFile.open(file);
                PumpJournal notes = PumpJournal.open(journal)) {
            LogAppender before = new LogAppender("c", notes, new Attachments(), Clock.systemUTC());
            pipe.writer().write(WAITS.getBytes(StandardCharsets.UTF_8));
            before.pump(source, buffers);
            pipe.writer().write(OUTPUT.getBytes(StandardCharsets.UTF_8));
            Spool spool = notes.spool(LogStream.STDOUT);
            assertEquals(Optional.of(OUTPUT.length()), source.take(spool, buffers));
            if (point == KilledAfter.TAKING) {
                return;
            }
            ByteBuffer raw = buffers.raw;
            raw.clear().limit(WAITS.length() + OUTPUT.length());
            spool.read(0, raw);
            long now = 1_800_000_000_000_000_000L;
            buffers.out.clear();
            buffers.format.begin(now, LogStream.STDOUT);
            int stop = buffers.format.format(raw, 0, raw.limit(), buffers.out);
            buffers.out.flip();
            notes.begin(new PumpJournal.Step(
                    LogStream.STDOUT, now, opened.identity(), 0, buffers.out.limit(), stop, false));
            byte[] lines = new byte[buffers.out.limit()];
            buffers.out.get(lines);
            int written = switch (point) {
                case TAKING, NOTING -> 0;
                case WRITING_A_PART -> 17_000;
                case WRITING, COUNTING -> lines.length;
            };
            Files.write(file, Arrays.copyOf(lines, written), StandardOpenOption.APPEND);
            if (point == KilledAfter.COUNTING) {
                notes.commit(LogStream.STDOUT, stop);
                notes.settle();
            }
        }
    }

    private void goOn(Path file) throws Exception {
        pipe.writer().write("ished".getBytes(StandardCharsets.UTF_8));
        pipe.writer().close();
        OutputSource source = new OutputSource(pipe.reader(), LogStream.STDOUT, false);
        PumpJournal notes = PumpJournal.open(journal);
        try (LogAppender next = new LogAppender("c", notes, new Attachments(), Clock.systemUTC())) {
            next.switchTo(LogFile.open(file));
            new BrokenStep(notes).finish(next.log(), buffers);
            while (next.pump(source, buffers) == LogAppender.Found.OUTPUT) {
                buffers.raw.clear();
            }
        }
    }
}
