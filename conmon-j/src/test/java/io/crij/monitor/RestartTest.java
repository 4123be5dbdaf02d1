package io.crij.monitor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crij.oci.runtime.Rootfs;
import io.crij.oci.spec.Spec;
import io.crij.oci.spec.SpecWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The monitor as a process that is killed at any moment.
@Timeout(180)
class RestartTest {
    private static final int LINES = 200_000;

    @TempDir
    Path folder;

    private Process monitor;

    private Path socket() {
        return folder.resolve("conmon.sock");
    }

    private MonitorClient begin() throws Exception {
        monitor = MonitorProcess.start(FakeMonitorMain.class, folder);
        Node.until(() -> MonitorProcess.answers(socket(), monitor.pid()));
        return new MonitorClient(socket(), "test");
    }

    private void kill() throws Exception {
        monitor.destroyForcibly();
        assertTrue(monitor.waitFor(10, TimeUnit.SECONDS));
    }

    @AfterEach
    void stop() throws Exception {
        if (!monitor.isAlive()) {
            begin().close();
        }
        try (MonitorClient client = new MonitorClient(socket(), "test")) {
            for (MonitoredContainer container : client.list()) {
                client.delete(container.id(), true);
            }
        }
        kill();
    }

    private ContainerRequest request(String id, String script) {
        return new ContainerRequest(
                id,
                folder.resolve("containers").resolve(id),
                new SpecWriter().write(Spec.EMPTY.with(spec -> spec.process = Node.process("sh", "-c", script))),
                "",
                new Rootfs.Directory(folder),
                ContainerRequest.Streams.outputOnly(),
                folder.resolve(id + ".log"),
                Map.of());
    }

    @Test
    void killedAgainAndAgainItLosesAndRepeatsNothing() throws Exception {
        MonitorClient client = begin();
        // lines of growing length, some written in two halves, on both streams
        String script = "exec awk 'BEGIN { for (i = 1; i <= " + LINES + "; i++) {"
                + " printf \"%d %s\", i, substr(\"" + "x".repeat(300) + "\", 1, i % 300);"
                + " if (i % 50 == 0) { fflush(); if (i % 5000 == 0) system(\"sleep 0.02\") }"
                + " printf \"\\n\"; print i > \"/dev/stderr\" } }'";
        client.create(request("c", script));
        client.start("c");
        Random random = new Random(42);
        int kills = 0;
        while (client.state("c").exit() == null && kills < 25) {
            Thread.sleep(random.nextInt(60));
            kill();
            client.close();
            kills++;
            client = begin();
        }
        try (MonitorClient last = client) {
            Node.until(() -> exited(last, "c"));
            assertEquals(0, last.state("c").exit().code());
            assertTrue(last.state("c").exit().known());
        }
        assertTrue(kills > 2, "the container ended before the monitor was killed often enough: " + kills);
        List<String> lines = Files.readAllLines(folder.resolve("c.log"));
        assertCounts(lines.stream().filter(line -> line.contains(" stdout ")).toList());
        assertCounts(lines.stream().filter(line -> line.contains(" stderr ")).toList());
    }

    private static void assertCounts(List<String> lines) {
        int next = 1;
        for (String line : lines) {
            String[] fields = line.split(" ", 5);
            assertEquals(String.valueOf(next), fields[3], "after line " + (next - 1) + ": " + line);
            next++;
        }
        assertEquals(LINES + 1, next);
    }

    @Test
    void killedAgainAndAgainItCountsEqualLinesAndThoseOfTwenty() throws Exception {
        int equal = 300_000;
        int numbered = 20_000;
        MonitorClient client = begin();
        client.create(request("equal", "yes equal | head -n " + equal));
        client.start("equal");
        for (int i = 0; i < 20; i++) {
            client.create(request("n" + i, "exec seq 1 " + numbered));
            client.start("n" + i);
        }
        Random random = new Random(7);
        int kills = 0;
        while (kills < 8) {
            Thread.sleep(random.nextInt(40));
            kill();
            client.close();
            kills++;
            client = begin();
        }
        try (MonitorClient last = client) {
            Node.until(() -> exited(last, "equal"));
            for (int i = 0; i < 20; i++) {
                String id = "n" + i;
                Node.until(() -> exited(last, id));
                List<String> lines = contents(id);
                for (int line = 0; line < lines.size(); line++) {
                    assertEquals(String.valueOf(line + 1), lines.get(line), id);
                }
                assertEquals(numbered, lines.size(), id);
            }
        }
        List<String> lines = contents("equal");
        assertEquals(equal, lines.size());
        assertTrue(lines.stream().allMatch("equal"::equals));
    }

    private List<String> contents(String id) throws Exception {
        return Files.readAllLines(folder.resolve(id + ".log")).stream()
                .map(line -> line.substring(line.indexOf(" F ") + 3))
                .toList();
    }

    @Test
    void anExecOfAKilledMonitorIsEndedByTheNext() throws Exception {
        Path pids = folder.resolve("pids");
        try (MonitorClient client = begin()) {
            client.create(request("c", "sleep 100"));
            client.start("c");
            String script = "sleep 1000 & echo $$ $PPID $! > " + pids + ".new; mv " + pids + ".new " + pids + "; wait";
            Thread.ofVirtual().start(() -> {
                try {
                    client.execSync("c", Node.exec("sh", "-c", script), Duration.ZERO, 1 << 20);
                } catch (MonitorException | InterruptedException e) {
                    // the monitor is killed meanwhile
                }
            });
            Path notes = folder.resolve("containers/c/monitor.execs");
            Node.until(() -> Files.exists(pids) && noted(notes));
            kill();
        }
        try (MonitorClient client = begin()) {
            for (String pid : Files.readString(pids).strip().split(" ")) {
                Node.until(() -> gone(Integer.parseInt(pid)));
            }
            assertEquals(
                    0, folder.resolve("containers/c/monitor.execs").toFile().list().length);
            assertTrue(client.state("c").exit() == null);
        }
    }

    private static boolean noted(Path notes) {
        String[] files = notes.toFile().list((_, name) -> !name.startsWith(ExecNotes.UNFINISHED));
        return files != null && files.length == 1;
    }

    private static boolean gone(int pid) {
        return ProcessStat.of(pid).map(ProcessStat::zombie).orElse(true);
    }

    @Test
    void aContainerWithATornRecordIsWatchedOver() throws Exception {
        try (MonitorClient client = begin()) {
            client.create(request("c", "sleep 1; exit 3"));
            client.start("c");
        }
        kill();
        Path record = folder.resolve("containers/c/monitor.json");
        Files.writeString(record, Files.readString(record).substring(0, 40));
        try (MonitorClient client = begin()) {
            assertEquals(
                    List.of("c"),
                    client.list().stream().map(MonitoredContainer::id).toList());
            Node.until(() -> exited(client, "c"));
            assertEquals(3, client.state("c").exit().code());
            client.delete("c", false);
        }
        assertFalse(Files.exists(record.getParent()));
    }

    @Test
    void aTornRecordThatNoRuntimeKnowsIsRemoved() throws Exception {
        Path record = folder.resolve("containers/c/monitor.json");
        Files.createDirectories(record.getParent());
        Files.writeString(record, "{");
        try (MonitorClient client = begin()) {
            assertEquals(List.of(), client.list());
        }
        assertFalse(Files.exists(record.getParent()));
    }

    private static boolean exited(MonitorClient client, String id) {
        try {
            return client.state(id).exit() != null;
        } catch (MonitorException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void anExitWithoutAMonitorIsReported() throws Exception {
        try (MonitorClient client = begin()) {
            client.create(request("c", "echo before; sleep 1; echo after; exit 9"));
            client.start("c");
            kill();
        }
        Thread.sleep(1500);
        try (MonitorClient client = begin()) {
            Node.until(() -> exited(client, "c"));
            MonitoredContainer stopped = client.state("c");
            assertEquals(9, stopped.exit().code());
            assertTrue(Duration.between(stopped.startedAt(), stopped.exit().finishedAt())
                            .toMillis()
                    < 2000);
        }
        assertEquals(2, Files.readAllLines(folder.resolve("c.log")).size());
    }

    @Test
    void aShimThatIsGoneMeansAnUnknownExit() throws Exception {
        try (MonitorClient client = begin()) {
            client.create(request("c", "sleep 100"));
            client.start("c");
            int pid = client.state("c").pid();
            kill();
            ProcessHandle shim =
                    ProcessHandle.of(pid).flatMap(ProcessHandle::parent).orElseThrow();
            shim.destroyForcibly();
            ProcessHandle.of(pid).orElseThrow().destroyForcibly();
        }
        Files.move(folder.resolve("fake/c"), folder.resolve("fake/gone"));
        try (MonitorClient client = begin()) {
            assertEquals(255, client.state("c").exit().code());
            assertFalse(client.state("c").exit().known());
            client.delete("c", false);
        }
    }

    @Test
    void aHalfMadeContainerIsRolledBack() throws Exception {
        try (MonitorClient client = begin()) {
            client.create(request("c", "sleep 100"));
        }
        kill();
        Path record = folder.resolve("containers/c/monitor.json");
        Files.writeString(record, Files.readString(record).replace("\"CREATED\"", "\"CREATING\""));
        try (MonitorClient client = begin()) {
            assertEquals(List.of(), client.list());
        }
        assertFalse(Files.exists(folder.resolve("fake/c")));
        assertFalse(Files.exists(record.getParent()));
    }

    @Test
    void sigtermEndsItWithSuccess() throws Exception {
        try (MonitorClient client = begin()) {
            client.create(request("c", "sleep 100"));
            client.start("c");
            monitor.destroy();
            assertTrue(monitor.waitFor(10, TimeUnit.SECONDS));
            assertEquals(0, monitor.exitValue());
        }
        try (MonitorClient client = begin()) {
            assertTrue(client.state("c").exit() == null);
            client.shutdown();
            assertTrue(monitor.waitFor(10, TimeUnit.SECONDS));
            assertEquals(0, monitor.exitValue());
        }
    }

    @Test
    void aLostConnectionFailsTheCallsAndHeals() throws Exception {
        try (MonitorClient client = begin()) {
            client.hello();
            kill();
            try {
                client.list();
                throw new AssertionError("nobody should have answered");
            } catch (MonitorException e) {
                assertEquals(MonitorException.Code.CONNECTION_LOST, e.code());
            }
            begin().close();
            assertEquals(monitor.pid(), client.hello().pid());
        }
    }
}
