package io.crij.monitor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crij.oci.runtime.ContainerState.Status;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class MonitorTest {
    private static final long LIMIT = 16 << 20;

    @TempDir
    Path folder;

    private Node node;

    @BeforeEach
    void start() throws IOException {
        node = new Node(folder);
    }

    @AfterEach
    void stop() throws Exception {
        node.close();
    }

    @Test
    void tellsWhoItIs() throws Exception {
        assertEquals(ProcessHandle.current().pid(), node.client.hello().pid());
    }

    @Test
    void aMonitorIsHeardOnceItHasAnsweredAndNoMoreWhenItHasEnded() throws Exception {
        var anHour = Duration.ofHours(1);
        assertFalse(node.client.heardWithin(anHour), "not connected yet");
        node.client.hello();
        assertTrue(node.client.heardWithin(anHour));
        assertFalse(node.client.heardWithin(Duration.ZERO));
        node.restart();
        Node.until(() -> !node.client.heardWithin(anHour));
        node.client.hello();
        assertTrue(node.client.heardWithin(anHour));
    }

    @Test
    void theSocketIsForItsUserOnly() throws Exception {
        assertEquals(
                PosixFilePermissions.fromString("rw-------"),
                Files.getPosixFilePermissions(folder.resolve("conmon.sock")));
    }

    @Test
    void aSecondMonitorIsRefused() {
        IOException e = assertThrows(
                IOException.class,
                () -> new MonitorDaemon(folder.resolve("2.sock"), folder, new Handlers(Map.of()), () -> {}).close());
        assertTrue(e.getMessage().contains("another conmon-j"), e.getMessage());
    }

    @Test
    void walksThroughTheStates() throws Exception {
        var created = node.client.create(node.request("c", "sh", "-c", "echo out; echo err >&2; sleep 0.1; exit 3"));
        assertEquals(Status.CREATED, node.client.state("c").status());
        assertEquals(created.pid(), node.client.state("c").pid());
        node.client.start("c");
        MonitoredContainer stopped = node.untilStopped("c");
        assertEquals(Status.STOPPED, stopped.status());
        assertEquals(3, stopped.exit().code());
        assertTrue(stopped.exit().known());
        assertNotNull(stopped.startedAt());
        assertEquals(Map.of("test", "c"), stopped.labels());
        assertEquals(Set.of("stdout F out", "stderr F err"), Set.copyOf(node.logged("c")));
        node.client.delete("c", false);
        assertEquals(List.of(), node.client.list());
        assertFalse(Files.exists(folder.resolve("containers/c")));
        assertTrue(Files.exists(node.log("c")));
    }

    @Test
    void anUnknownContainerIsNotFound() {
        assertCode(MonitorException.Code.NOT_FOUND, () -> node.client.state("nobody"));
        assertCode(MonitorException.Code.NOT_FOUND, () -> node.client.start("nobody"));
        assertCode(MonitorException.Code.NOT_FOUND, () -> node.client.kill("nobody", 9, false));
        assertCode(MonitorException.Code.NOT_FOUND, () -> node.client.delete("nobody", false));
    }

    @Test
    void aForcedDeleteOfAnUnknownContainerIsFine() throws Exception {
        node.client.delete("nobody", true);
    }

    @Test
    void verbsAreRefusedInTheWrongState() throws Exception {
        node.run("c", "sleep 100");
        assertCode(MonitorException.Code.ALREADY_EXISTS, () -> node.client.create(node.request("c", "true")));
        assertCode(MonitorException.Code.WRONG_STATE, () -> node.client.start("c"));
        assertCode(MonitorException.Code.WRONG_STATE, () -> node.client.delete("c", false));
        assertCode(MonitorException.Code.WRONG_STATE, () -> node.client.resume("c"));
        node.client.kill("c", 9, false);
        assertEquals(137, node.untilStopped("c").exit().code());
        assertCode(MonitorException.Code.WRONG_STATE, () -> node.client.kill("c", 9, false));
        assertCode(
                MonitorException.Code.WRONG_STATE,
                () -> node.client.execSync("c", Node.exec("true"), Duration.ZERO, LIMIT));
        assertCode(MonitorException.Code.WRONG_STATE, () -> node.client.reopenLog("c"));
    }

    @Test
    void invalidRequestsSayWhatIsWrong() {
        ContainerRequest good = node.request("c", "true");
        assertTrue(assertCode(
                        MonitorException.Code.UNSUPPORTED,
                        () -> node.client.create(new ContainerRequest(
                                "c",
                                good.bundle(),
                                good.spec(),
                                "gvisor",
                                good.rootfs(),
                                good.streams(),
                                null,
                                Map.of())))
                .getMessage()
                .contains("gvisor"));
        assertCode(MonitorException.Code.INVALID, () -> node.client.create(node.request("../c", "true")));
        assertCode(
                MonitorException.Code.INVALID,
                () -> node.client.create(new ContainerRequest(
                        "c",
                        good.bundle(),
                        "{\"ociVersion\":7".getBytes(StandardCharsets.UTF_8),
                        "",
                        good.rootfs(),
                        good.streams(),
                        null,
                        Map.of())));
        assertCode(MonitorException.Code.COMMAND_NOT_FOUND, () -> node.client.create(node.request("c", "missing")));
    }

    @Test
    void aCreateWithoutLogFolderLeavesNothing() throws Exception {
        ContainerRequest good = node.request("c", "true");
        Path log = folder.resolve("nowhere/c.log");
        MonitorException e = assertCode(
                MonitorException.Code.LOG_FAILED,
                () -> node.client.create(new ContainerRequest(
                        "c", good.bundle(), good.spec(), "", good.rootfs(), good.streams(), log, Map.of())));
        assertTrue(e.getMessage().contains("make the folder " + log.getParent() + " first"), e.getMessage());
        assertEquals(List.of(), node.client.list());
        assertFalse(Files.exists(folder.resolve("containers/c")));
        assertFalse(Files.exists(folder.resolve("fake/c")));
        node.run("c", "true");
    }

    @Test
    void anInterruptedCreateIsUndone() throws Exception {
        node.runtime.gate = new CountDownLatch(1);
        Thread caller = Thread.ofVirtual()
                .start(() ->
                        assertThrows(InterruptedException.class, () -> node.client.create(node.request("c", "true"))));
        node.runtime.creating.await();
        caller.interrupt();
        caller.join();
        node.runtime.gate.countDown();
        assertEquals(List.of(), node.client.list());
        assertFalse(Files.exists(folder.resolve("containers/c")));
        node.run("c", "true");
    }

    @Test
    void aCreateWhoseClientWentIsUndone() throws Exception {
        node.runtime.gate = new CountDownLatch(1);
        MonitorClient other = new MonitorClient(folder.resolve("conmon.sock"), "other");
        Thread caller = Thread.ofVirtual()
                .start(() -> assertThrows(MonitorException.class, () -> other.create(node.request("c", "true"))));
        node.runtime.creating.await();
        other.close();
        caller.join();
        Node.until(() -> !Files.exists(folder.resolve("containers/c")));
        assertEquals(List.of(), node.client.list());
    }

    @Test
    void theUnfinishedLineIsLoggedAtTheEnd() throws Exception {
        node.run("c", "printf 'one\\ntwo'");
        node.untilStopped("c");
        assertEquals(List.of("stdout F one", "stdout F two"), node.logged("c"));
    }

    @Test
    void childrenThatKeepStdoutDoNotHoldTheExitUp() throws Exception {
        node.run("c", "echo parent; (sleep 1; echo child; sleep 100) & exit 0");
        long begun = System.nanoTime();
        node.untilStopped("c");
        assertTrue(Duration.ofNanos(System.nanoTime() - begun).toMillis() < 900);
        assertEquals(List.of("stdout F parent"), node.logged("c"));
        Node.until(() -> {
            try {
                return node.logged("c").equals(List.of("stdout F parent", "stdout F child"));
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
    }

    @Test
    void reopensTheLogAfterARotation() throws Exception {
        node.run("c", "for i in 1 2 3 4 5 6 7 8 9; do echo $i; sleep 0.05; done");
        Node.until(() -> node.log("c").toFile().length() > 0);
        Path rotated = folder.resolve("logs/c.log.1");
        Files.move(node.log("c"), rotated);
        node.client.reopenLog("c");
        assertTrue(Files.exists(node.log("c")));
        node.untilStopped("c");
        StringBuilder all = new StringBuilder();
        for (Path file : List.of(rotated, node.log("c"))) {
            Files.readAllLines(file).forEach(line -> all.append(line.substring(line.lastIndexOf(' ') + 1)));
        }
        assertEquals("123456789", all.toString());
    }

    @Test
    void aDanglingLinkAtTheLogPathIsReplaced() throws Exception {
        Files.createSymbolicLink(node.log("c"), folder.resolve("logs/nowhere"));
        node.run("c", "echo here");
        node.untilStopped("c");
        assertFalse(Files.isSymbolicLink(node.log("c")));
        assertEquals(List.of("stdout F here"), node.logged("c"));
    }

    @Test
    void aLinkToAnotherFileIsRefused() throws Exception {
        Path victim = Files.writeString(folder.resolve("logs/victim"), "");
        Files.createSymbolicLink(node.log("c"), victim);
        assertCode(MonitorException.Code.LOG_FAILED, () -> node.client.create(node.request("c", "echo", "x")));
        assertEquals(0, Files.size(victim));
    }

    @Test
    void pausesAndResumes() throws Exception {
        node.run("c", "sleep 100");
        node.client.pause("c");
        assertEquals(Status.PAUSED, node.client.state("c").status());
        node.client.resume("c");
        assertEquals(Status.RUNNING, node.client.state("c").status());
        assertCode(MonitorException.Code.WRONG_STATE, () -> node.client.resize("c", 80, 24));
    }

    @Test
    void execSyncCollectsBothStreams() throws Exception {
        node.run("c", "sleep 100");
        ExecOutcome outcome = node.client.execSync(
                "c", Node.exec("sh", "-c", "echo out; echo err >&2; exit 7"), Duration.ZERO, LIMIT);
        assertEquals("out\n", text(outcome.stdout()));
        assertEquals("err\n", text(outcome.stderr()));
        assertEquals(7, outcome.exitCode());
        assertFalse(outcome.timedOut());
    }

    @Test
    void execSyncKeepsLargeOutputUpToTheLimit() throws Exception {
        node.run("c", "sleep 100");
        ExecOutcome outcome = node.client.execSync(
                "c", Node.exec("sh", "-c", "yes | head -c 3000000"), Duration.ofSeconds(30), 1_000_000);
        assertEquals(1_000_000, outcome.stdout().length);
        assertEquals(0, outcome.exitCode());
    }

    @Test
    void execSyncDoesNotWaitForChildren() throws Exception {
        node.run("c", "sleep 100");
        long begun = System.nanoTime();
        ExecOutcome outcome = node.client.execSync(
                "c", Node.exec("sh", "-c", "echo done; sleep 100 &"), Duration.ofSeconds(20), LIMIT);
        assertEquals("done\n", text(outcome.stdout()));
        assertTrue(Duration.ofNanos(System.nanoTime() - begun).toSeconds() < 5);
    }

    @Test
    void execSyncKillsTheWholeExecWhenTheTimeIsOver() throws Exception {
        node.run("c", "sleep 100");
        Path alive = folder.resolve("alive");
        ExecOutcome outcome = node.client.execSync(
                "c",
                Node.exec("sh", "-c", "echo begun; (while :; do date +%N >" + alive + "; sleep 0.02; done) & wait"),
                Duration.ofMillis(300),
                LIMIT);
        assertTrue(outcome.timedOut());
        assertEquals("begun\n", text(outcome.stdout()));
        String last = Files.readString(alive);
        Thread.sleep(200);
        assertEquals(last, Files.readString(alive));
    }

    @Test
    void anInterruptedExecIsKilled() throws Exception {
        node.run("c", "sleep 100");
        Path pid = folder.resolve("pid");
        Thread caller = Thread.ofVirtual()
                .start(() -> assertThrows(
                        InterruptedException.class,
                        () -> node.client.execSync(
                                "c", Node.exec("sh", "-c", "echo $$ >" + pid + "; sleep 100"), Duration.ZERO, LIMIT)));
        Node.until(() -> pid.toFile().length() > 0);
        caller.interrupt();
        caller.join();
        long number = Long.parseLong(Files.readString(pid).strip());
        Node.until(() -> ProcessHandle.of(number).map(p -> !p.isAlive()).orElse(true));
    }

    @Test
    void aContainerWithoutLogIsDrained() throws Exception {
        ContainerRequest good = node.request("c", "sh", "-c", "yes | head -c 1000000");
        node.client.create(new ContainerRequest(
                "c", good.bundle(), good.spec(), "", good.rootfs(), good.streams(), null, Map.of()));
        node.client.start("c");
        assertEquals(0, node.untilStopped("c").exit().code());
        assertNull(node.client.state("c").logPath());
    }

    @Test
    void aForcedDeleteKills() throws Exception {
        node.run("c", "sleep 100");
        int pid = node.client.state("c").pid();
        node.client.delete("c", true);
        assertTrue(ProcessHandle.of(pid).map(p -> !p.isAlive()).orElse(true));
        assertCode(MonitorException.Code.NOT_FOUND, () -> node.client.state("c"));
    }

    @Test
    void shutdownIsPassedOnAndLeavesContainers() throws Exception {
        node.run("c", "sleep 100");
        node.client.shutdown();
        Node.until(node.askedToEnd::get);
        assertTrue(ProcessHandle.of(node.client.state("c").pid()).isPresent());
    }

    @Test
    void theNextMonitorGoesOn() throws Exception {
        node.run("c", "for i in 1 2 3 4 5 6 7 8 9; do echo $i; sleep 0.1; done; exit 4");
        Node.until(() -> node.log("c").toFile().length() > 0);
        node.restart();
        MonitoredContainer stopped = node.untilStopped("c");
        assertEquals(4, stopped.exit().code());
        assertEquals(9, node.logged("c").size());
        node.restart();
        assertEquals(4, node.client.state("c").exit().code());
    }

    @Test
    void garbageEndsItsConnectionOnly() throws Exception {
        Random random = new Random(1);
        for (int i = 0; i < 300; i++) {
            byte[] garbage = new byte[1 + random.nextInt(2000)];
            random.nextBytes(garbage);
            try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
                channel.connect(UnixDomainSocketAddress.of(folder.resolve("conmon.sock")));
                channel.write(ByteBuffer.wrap(garbage));
            } catch (IOException e) {
                assertTrue(e.getMessage().matches("Broken pipe|Connection reset.*"), e.getMessage());
            }
        }
        assertEquals(List.of(), node.client.list());
    }

    @Test
    void aLengthBeyondTheLimitEndsTheConnection() throws Exception {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(folder.resolve("conmon.sock")));
            channel.write(ByteBuffer.wrap(new byte[] {-1, -1, -1, -1, 7}));
            assertEquals(-1, channel.read(ByteBuffer.allocate(10)));
        }
        assertEquals(List.of(), node.client.list());
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private interface Call {
        void run() throws Exception;
    }

    private static MonitorException assertCode(MonitorException.Code code, Call call) {
        MonitorException e = assertThrows(MonitorException.class, call::run);
        assertEquals(code, e.code(), e.getMessage());
        return e;
    }
}
