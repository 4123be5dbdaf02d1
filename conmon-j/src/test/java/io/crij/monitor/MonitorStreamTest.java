package io.crij.monitor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crij.linux.Epoll;
import io.crij.linux.ErrnoException;
import io.crij.linux.Fd;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class MonitorStreamTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    Path folder;

    private Node node;

    @BeforeEach
    void start() throws IOException {
        node = new Node(folder);
    }

    @AfterEach
    void stop() throws Exception {
        try (Stream<Path> left = Files.list(folder)) {
            assertEquals(
                    0,
                    left.filter(p -> p.getFileName().toString().startsWith(".h-"))
                            .count());
        }
        node.close();
    }

    private static String rest(Fd fd) throws ErrnoException {
        return new String(fd.readAll(64 << 20), StandardCharsets.UTF_8);
    }

    /// Reads until this text has come.
    private static String until(Fd fd, String text) throws ErrnoException {
        StringBuilder read = new StringBuilder();
        byte[] piece = new byte[4096];
        while (read.indexOf(text) < 0) {
            awaitOutput(fd, read);
            int got = fd.read(piece);
            if (got == 0) {
                throw new AssertionError("ended after: " + read);
            }
            read.append(new String(piece, 0, got, StandardCharsets.UTF_8));
        }
        return read.toString();
    }

    /// A time limit of JUnit's does not end a read.
    private static void awaitOutput(Fd fd, CharSequence read) throws ErrnoException {
        try (var epoll = new Epoll()) {
            epoll.add(fd, Epoll.IN, 1);
            if (epoll.await(PATIENCE, (_, _) -> {}) == 0) {
                throw new AssertionError("nothing more came after: " + read);
            }
        }
    }

    @Test
    void anExecsStreamsAreTheClients() throws Exception {
        node.run("c", "sleep 100");
        try (MonitorStream exec =
                node.client.exec("c", Node.exec("sh", "-c", "echo out; echo err >&2; exit 5"), true)) {
            assertEquals("out\n", rest(exec.stdout().orElseThrow()));
            assertEquals("err\n", rest(exec.stderr().orElseThrow()));
            assertEquals(new MonitorStream.End(5, false), exec.await());
        }
    }

    @Test
    void anExecEndsWithItsClient() throws Exception {
        node.run("c", "sleep 100");
        Path pids = folder.resolve("pids");
        try (MonitorStream exec = node.client.exec(
                "c",
                Node.exec("sh", "-c", "trap '' HUP; sleep 1000 & echo $$ $! >" + pids + "; echo on; wait"),
                true)) {
            until(exec.stdout().orElseThrow(), "on");
        }
        String[] all = Files.readString(pids).strip().split(" ");
        Node.until(() -> Stream.of(all)
                .noneMatch(pid -> ProcessHandle.of(Long.parseLong(pid)).isPresent()));
    }

    @Test
    void anExecInAnUnknownContainerFails() {
        MonitorException e =
                assertThrows(MonitorException.class, () -> node.client.exec("none", Node.exec("true"), false));
        assertEquals(MonitorException.Code.NOT_FOUND, e.code());
    }

    @Test
    void aMissingProgramIsSaid() throws Exception {
        node.run("c", "sleep 100");
        MonitorException e =
                assertThrows(MonitorException.class, () -> node.client.exec("c", Node.exec("missing"), false));
        assertEquals(MonitorException.Code.COMMAND_NOT_FOUND, e.code());
    }

    @Test
    void severalAttachedClientsSeeWhatTheLogSees() throws Exception {
        Path go = folder.resolve("go");
        node.run("c", "while [ ! -e " + go + " ]; do sleep 0.02; done; echo one; echo two >&2; echo three");
        try (MonitorStream first = node.client.attach("c", false, true, true);
                MonitorStream second = node.client.attach("c", false, true, false)) {
            Files.createFile(go);
            assertEquals("one\nthree\n", rest(first.stdout().orElseThrow()));
            assertEquals("two\n", rest(first.stderr().orElseThrow()));
            assertEquals("one\nthree\n", rest(second.stdout().orElseThrow()));
            assertTrue(second.stderr().isEmpty());
            assertEquals(new MonitorStream.End(0, false), first.await());
            assertEquals(new MonitorStream.End(0, false), second.await());
        }
        assertEquals(3, node.logged("c").size());
    }

    @Test
    void detachingLeavesTheContainerAlone() throws Exception {
        node.run("c", "i=0; while :; do echo $i; i=$((i + 1)); sleep 0.02; done");
        try (MonitorStream attached = node.client.attach("c", true, true, true)) {
            until(attached.stdout().orElseThrow(), "\n");
        }
        int lines = node.logged("c").size();
        Node.until(() -> logged() > lines + 5);
        assertTrue(node.client.state("c").exit() == null);
    }

    private int logged() {
        try {
            return node.logged("c").size();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void whoDoesNotReadIsCutOffAndTheOthersAreNot() throws Exception {
        Path go = folder.resolve("go");
        int lines = 200_000;
        node.run(
                "c",
                "while [ ! -e " + go + " ]; do sleep 0.02; done; awk 'BEGIN { for (i = 0; i < " + lines
                        + "; i++) print \"some line of output \" i }'");
        try (MonitorStream sleepy = node.client.attach("c", false, true, false);
                MonitorStream awake = node.client.attach("c", false, true, false)) {
            Files.createFile(go);
            assertEquals(lines, rest(awake.stdout().orElseThrow()).lines().count());
            assertEquals(new MonitorStream.End(0, true), sleepy.await());
            assertFalse(awake.await().tooSlow());
        }
        node.untilStopped("c");
        Node.until(() -> logged() == lines);
    }

    @Test
    void anotherMonitorServesWhoAttachesToWhatItTookOver() throws Exception {
        node.run("c", "while :; do echo tick; sleep 0.02; done");
        node.restart();
        try (MonitorStream attached = node.client.attach("c", false, true, false)) {
            until(attached.stdout().orElseThrow(), "tick\ntick\n");
        }
    }

    @Test
    void whatHasEndedCannotBeAttachedTo() throws Exception {
        node.run("c", "exit 0");
        node.untilStopped("c");
        MonitorException e = assertThrows(MonitorException.class, () -> node.client.attach("c", false, true, false));
        assertEquals(MonitorException.Code.WRONG_STATE, e.code());
    }

    @Test
    void aMonitorThatEndsIsToldToTheClient() throws Exception {
        node.run("c", "sleep 100");
        try (MonitorStream attached = node.client.attach("c", false, true, false)) {
            node.restart();
            MonitorException e = assertThrows(MonitorException.class, attached::await);
            assertEquals(MonitorException.Code.CONNECTION_LOST, e.code());
        }
    }
}
