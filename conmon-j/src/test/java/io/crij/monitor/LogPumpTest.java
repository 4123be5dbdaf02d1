package io.crij.monitor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crij.linux.At;
import io.crij.linux.Fd;
import io.crij.linux.Pipe;
import io.crij.linux.abi.FileFlags;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class LogPumpTest {
    private static final Duration SOON = Duration.ofSeconds(20);

    @TempDir
    Path folder;

    private final LogWriters writers = new LogWriters();
    private final List<AutoCloseable> open = new ArrayList<>();
    private Readiness readiness;

    @BeforeEach
    void start() throws IOException {
        readiness = new Readiness();
    }

    @AfterEach
    void stop() throws Exception {
        for (AutoCloseable closeable : open.reversed()) {
            closeable.close();
        }
        writers.close();
        readiness.close();
    }

    /// A container's standard output with its pump.
    private final class Output implements AutoCloseable {
        final Pipe pipe;
        final Pipe backlog = Pipe.open();
        final CountDownLatch ended = new CountDownLatch(1);
        final Path log;
        final LogPump pump;

        Output(String name) throws Exception {
            this(name, true, Pipe.open());
        }

        /// @param holds whether the shim holds a pipe for what is on its way
        Output(String name, boolean holds, Pipe pipe) throws Exception {
            this.pipe = pipe;
            log = folder.resolve(name);
            pump = new LogPump(
                    name,
                    writers,
                    PumpJournal.open(
                            folder.resolve(name + ".journal"), holds ? Map.of(LogStream.STDOUT, backlog) : Map.of()),
                    new Attachments(),
                    List.of(new OutputSource(pipe.reader(), LogStream.STDOUT, false)),
                    ended::countDown);
            pump.begin(readiness, log, SOON);
            open.add(this);
        }

        void write(String text) throws IOException {
            pipe.writer().write(text.getBytes(StandardCharsets.UTF_8));
        }

        /// Closes the writing end and waits until all is logged.
        void end() throws InterruptedException {
            pipe.writer().close();
            assertTrue(ended.await(20, TimeUnit.SECONDS));
        }

        List<String> lines() throws IOException {
            return Files.readAllLines(log).stream()
                    .map(line -> line.substring(line.indexOf(' ') + 1))
                    .toList();
        }

        @Override
        public void close() {
            pump.close();
            pipe.close();
            backlog.close();
        }
    }

    @Test
    void logsLinesAsTheyCome() throws Exception {
        Output output = new Output("a");
        output.write("one\ntw");
        Node.until(() -> output.log.toFile().length() > 0);
        output.write("o\nthree");
        output.end();
        assertEquals(List.of("stdout F one", "stdout F two", "stdout F three"), output.lines());
    }

    @Test
    void drainingFlushesTheUnfinishedLine() throws Exception {
        Output output = new Output("a");
        output.write("unfinished");
        CountDownLatch drained = new CountDownLatch(1);
        output.pump.drain(drained::countDown);
        assertTrue(drained.await(5, TimeUnit.SECONDS));
        assertEquals(List.of("stdout F unfinished"), output.lines());
    }

    @Test
    void bytesThatAreNoTextStayAsTheyAre() throws Exception {
        Output output = new Output("a");
        byte[] bytes = {(byte) 0xff, 0, (byte) 0xc3, 0x28, 0, '\n', 0, '\n'};
        output.pipe.writer().write(bytes);
        output.end();
        String log = Files.readString(output.log, StandardCharsets.ISO_8859_1);
        assertEquals(
                List.of("stdout F \u00ff\0\u00c3(\0", "stdout F \0"),
                log.lines().map(line -> line.substring(line.indexOf(' ') + 1)).toList());
    }

    @Test
    void aRemovedLogComesBackWhenItIsReopened() throws Exception {
        Output output = new Output("a");
        output.write("one\n");
        Node.until(() -> output.log.toFile().length() > 0);
        Files.delete(output.log);
        output.write("into the removed file\n");
        output.pump.reopen(output.log, SOON);
        output.write("two\n");
        output.end();
        assertEquals("stdout F two", output.lines().getLast());
    }

    @Test
    void whatIsLoggedTakesNoMemoryInTheSpool() throws Exception {
        Output output = new Output("a", false, Pipe.open());
        for (int i = 0; i < 200; i++) {
            output.write("x".repeat(79).concat("\n").repeat(100));
        }
        output.end();
        assertEquals(20_000, output.lines().size());
        Path spool = folder.resolve("a.journal.stdout");
        assertEquals(1_600_000, Files.size(spool));
        try (Fd fd = Fd.open(spool.toString(), FileFlags.O_RDONLY)) {
            Node.until(() -> holdsAtMost(fd, 64 << 10));
        }
    }

    @Test
    void whatIsLoggedLeavesThePipeOfTheShimAndNeedsNoSpool() throws Exception {
        Output output = new Output("a");
        for (int i = 0; i < 200; i++) {
            output.write("x".repeat(79).concat("\n").repeat(100));
        }
        output.write("beginning");
        Node.until(() -> in(output.backlog) == "beginning".length());
        assertFalse(Files.exists(folder.resolve("a.journal.stdout")));
        output.end();
        assertEquals(20_001, output.lines().size());
        assertEquals(0, output.backlog.reader().available());
    }

    /// Each piece takes a place in the pipe of the shim, which has room for one.
    @Test
    void aLineThatComesByteByByteIsOneLine() throws Exception {
        Output output = new Output("a");
        output.backlog.writer().pipeCapacity(4096);
        String text = "0123456789".repeat(5);
        for (int i = 0; i < text.length(); i++) {
            output.write(text.substring(i, i + 1));
            Node.until(() -> in(output.pipe) == 0);
        }
        output.write("\nlast, ");
        Node.until(() -> in(output.pipe) == 0);
        output.write("without an end");
        output.end();
        assertEquals(List.of("stdout F " + text, "stdout F last, without an end"), output.lines());
    }

    /// Such a pipe gives one piece to each read, and throws away what is not read of it.
    @Test
    void aContainerThatMakesItsPipeOneOfPacketsIsLoggedAsEveryOther() throws Exception {
        Output output = new Output("a", true, Pipe.open(FileFlags.O_DIRECT));
        StringBuilder expected = new StringBuilder();
        for (int i = 0; i < 3000; i++) {
            String packet = "packet " + i + (i % 3 == 0 ? "\n" : " ");
            expected.append(packet);
            output.write(packet);
        }
        output.end();
        assertEquals(expected.toString().lines().map(line -> "stdout F " + line).toList(), output.lines());
    }

    @Test
    void lineLengthsOfAllKindsOnBothSidesOfTheLimits() throws Exception {
        Output output = new Output("a");
        List<String> expected = new ArrayList<>();
        for (int length = 1; length < 16_384; length = length * 5 / 4 + 1) {
            String line = String.valueOf((char) ('a' + length % 26)).repeat(length);
            expected.add("stdout F " + line);
            output.write(line + "\n");
        }
        output.end();
        assertEquals(expected, output.lines());
    }

    private static int in(Pipe pipe) {
        try {
            return pipe.reader().available();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static boolean holdsAtMost(Fd spool, long bytes) {
        try {
            return 1_600_000 - spool.nextData(0).orElse(1_600_000) <= bytes;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void fiftyWritersLoseNothing() throws Exception {
        List<Output> outputs = new ArrayList<>();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            Output output = new Output("w" + i);
            outputs.add(output);
            threads.add(Thread.ofPlatform().start(() -> count(output, 20_000)));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        for (Output output : outputs) {
            output.end();
            int next = 0;
            for (String line : output.lines()) {
                assertEquals("stdout F line " + next++, line);
            }
            assertEquals(20_000, next);
        }
    }

    private static void count(Output output, int lines) {
        try {
            StringBuilder some = new StringBuilder();
            for (int i = 0; i < lines; i++) {
                some.append("line ").append(i).append('\n');
                if (i % 7 == 0) {
                    output.write(some.toString());
                    some.setLength(0);
                }
            }
            output.write(some.toString());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aDiskThatHangsStallsItsOwnContainersOnly() throws Exception {
        List<Fd> readers = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            // a FIFO whose reader does not read: a write beyond 64 KiB hangs like one to a dead disk
            String fifo = folder.resolve("hung" + i).toString();
            At.mknod(Fd.CWD, fifo, FileFlags.S_IFIFO | 0600, 0);
            readers.add(Fd.open(fifo, FileFlags.O_RDONLY | FileFlags.O_NONBLOCK));
            Output hung = new Output("hung" + i);
            hung.write("x".repeat(60_000) + "\n");
            hung.write("y".repeat(60_000) + "\n");
        }
        for (int i = 0; i < 5; i++) {
            Output healthy = new Output("healthy" + i);
            healthy.write("fine\n");
            healthy.end();
            assertEquals(List.of("stdout F fine"), healthy.lines());
        }
        readers.forEach(Fd::close);
    }

    @Test
    void reopeningTheLogOfAHungDiskFailsInTime() throws Exception {
        String fifo = folder.resolve("hung").toString();
        At.mknod(Fd.CWD, fifo, FileFlags.S_IFIFO | 0600, 0);
        try (Fd reader = Fd.open(fifo, FileFlags.O_RDONLY | FileFlags.O_NONBLOCK)) {
            Output hung = new Output("hung");
            hung.write("x".repeat(60_000) + "\n");
            hung.write("y".repeat(60_000) + "\n");
            Thread.sleep(100);
            MonitorException e =
                    assertThrows(MonitorException.class, () -> hung.pump.reopen(hung.log, Duration.ofMillis(200)));
            assertEquals(MonitorException.Code.LOG_FAILED, e.code());
            assertTrue(reader.available() > 0);
        }
    }

    @Test
    void aFullDiskDoesNotStopTheContainer() throws Exception {
        Output output = new Output("a");
        output.pump.reopen(Path.of("/dev/full"), SOON);
        output.write("lost\n".repeat(100_000));
        output.pump.reopen(output.log, SOON);
        output.write("kept\n");
        output.end();
        List<String> lines = output.lines();
        assertEquals("stdout F kept", lines.getLast());
    }

    @Test
    void outputWithoutALogIsReadAndDropped() throws Exception {
        CountDownLatch ended = new CountDownLatch(1);
        Pipe pipe = Pipe.open();
        open.add(pipe);
        LogPump pump = new LogPump(
                "x",
                writers,
                PumpJournal.open(folder.resolve("journal"), Map.of()),
                new Attachments(),
                List.of(new OutputSource(pipe.reader(), LogStream.STDERR, false)),
                ended::countDown);
        pump.begin(readiness, null, SOON);
        open.add(pump::close);
        pipe.writer().write(new byte[1_000_000]);
        pipe.writer().close();
        assertTrue(ended.await(5, TimeUnit.SECONDS));
    }
}
