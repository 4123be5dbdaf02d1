package io.crij.monitor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crij.linux.Fd;
import io.crij.linux.Pipe;
import io.crij.linux.abi.FileFlags;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
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
    private Pipe backlog;
    private Path log;
    private Path journal;
    private WriteBuffers buffers;
    private boolean spills;
    private int longer;

    enum KilledAfter {
        TAKING,
        NOTING,
        WRITING_A_PART,
        WRITING,
        DROPPING_A_PART,
        DROPPING,
        ALL
    }

    @BeforeEach
    void start() throws IOException {
        pipe = Pipe.open();
        pipe.writer().pipeCapacity(256 << 10);
        backlog = Pipe.open();
        log = folder.resolve("c.log");
        journal = folder.resolve("journal");
        buffers = new WriteBuffers();
    }

    @AfterEach
    void stop() {
        pipe.close();
        backlog.close();
        buffers.close();
    }

    @ParameterizedTest
    @EnumSource
    void theNextMonitorLosesAndRepeatsNothing(KilledAfter point) throws Exception {
        breakOff(point, log, pipes());
        goOn(log, pipes());
        assertLog(Files.readString(log));
        assertEquals(0, backlog.reader().available());
    }

    @ParameterizedTest
    @EnumSource
    void alsoWhenTheLogWasRotatedMeanwhile(KilledAfter point) throws Exception {
        breakOff(point, log, pipes());
        Path rotated = folder.resolve("c.log.20261124-033534");
        Files.move(log, rotated);
        goOn(log, pipes());
        assertLog(Files.readString(rotated) + Files.readString(log));
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "DROPPING_A_PART")
    void alsoWithoutAPipeOfTheShim(KilledAfter point) throws Exception {
        breakOff(point, log, Map.of());
        goOn(log, Map.of());
        assertLog(Files.readString(log));
    }

    /// The beginning of the first line did not fit into the pipe.
    @ParameterizedTest
    @EnumSource
    void alsoWhenItsLinesBeginInTheSpool(KilledAfter point) throws Exception {
        spills = true;
        breakOff(point, log, pipes());
        goOn(log, pipes());
        assertLog(Files.readString(log));
    }

    /// A container can give pages of its own to its pipe and change them, also between the two monitors.
    @Test
    void outputThatChangesMeanwhileEndsTheStepAllTheSame() throws Exception {
        longer = 1000;
        breakOff(KilledAfter.WRITING, log, pipes());
        goOn(log, pipes());
        assertLog(Files.readString(log));
    }

    @Test
    void aNoteFromBeforeTheShimHadPipesIsUnderstood() throws Exception {
        breakOff(KilledAfter.WRITING_A_PART, log, Map.of());
        try (Fd file = Fd.open(journal.toString(), FileFlags.O_WRONLY)) {
            file.truncate(80);
        }
        goOn(log, Map.of());
        assertLog(Files.readString(log));
    }

    private Map<LogStream, Pipe> pipes() {
        return Map.of(LogStream.STDOUT, backlog);
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
    private void breakOff(KilledAfter point, Path file, Map<LogStream, Pipe> pipes) throws Exception {
        OutputSource source = new OutputSource(pipe.reader(), LogStream.STDOUT, false);
        try (LogFile opened = LogFile.open(file);
                PumpJournal notes = PumpJournal.open(journal, pipes)) {
            LogAppender before = new LogAppender("c", notes, new Attachments(), Clock.systemUTC());
            pipe.writer().write(WAITS.getBytes(StandardCharsets.UTF_8));
            before.pump(source, buffers);
            pipe.writer().write(OUTPUT.getBytes(StandardCharsets.UTF_8));
            Backlog taken = notes.backlog(LogStream.STDOUT);
            if (spills) {
                taken.spill();
            }
            assertEquals(Optional.of(OUTPUT.length()), source.take(taken, buffers));
            if (point == KilledAfter.TAKING) {
                return;
            }
            int length = taken.load(buffers);
            assertEquals(WAITS.length() + OUTPUT.length(), length);
            long now = 1_800_000_000_000_000_000L;
            buffers.out.clear();
            buffers.format.begin(now, LogStream.STDOUT);
            int stop = buffers.format.format(buffers.bytes, 0, length, buffers.out);
            int size = buffers.out.remaining();
            Backlog.Cut cut = taken.first(stop);
            notes.begin(new PumpJournal.Step(LogStream.STDOUT, now, opened.identity(), 0, size + longer, cut, false));
            int written = switch (point) {
                case TAKING, NOTING -> 0;
                case WRITING_A_PART -> 17_000;
                case WRITING, DROPPING_A_PART, DROPPING, ALL -> size;
            };
            opened.write(buffers.out);
            opened.truncate(written);
            switch (point) {
                case TAKING, NOTING, WRITING_A_PART, WRITING -> {}
                case DROPPING_A_PART -> assertTrue(buffers.head.drop(backlog.reader(), 20_000) > 0);
                case DROPPING -> taken.remove(cut, buffers.head);
                case ALL -> {
                    taken.remove(cut, buffers.head);
                    notes.settle();
                }
            }
        }
    }

    private void goOn(Path file, Map<LogStream, Pipe> pipes) throws Exception {
        pipe.writer().write("ished".getBytes(StandardCharsets.UTF_8));
        pipe.writer().close();
        OutputSource source = new OutputSource(pipe.reader(), LogStream.STDOUT, false);
        PumpJournal notes = PumpJournal.open(journal, pipes);
        try (LogAppender next = new LogAppender("c", notes, new Attachments(), Clock.systemUTC())) {
            next.switchTo(LogFile.open(file));
            new BrokenStep(notes).finish(next.log(), buffers);
            while (next.pump(source, buffers) == LogAppender.Found.OUTPUT) {
                buffers.raw.clear();
            }
        }
    }
}
