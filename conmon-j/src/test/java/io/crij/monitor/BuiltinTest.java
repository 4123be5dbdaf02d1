package io.crij.monitor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.crij.linux.CgroupFolder;
import io.crij.linux.CgroupHierarchy;
import io.crij.linux.CgroupTree;
import io.crij.linux.Directory;
import io.crij.oci.runtime.ContainerState.Status;
import io.crij.oci.runtime.Rootfs;
import io.crij.oci.spec.LinuxResources;
import io.crij.oci.spec.Mount;
import io.crij.oci.spec.Namespace;
import io.crij.oci.spec.Namespace.Type;
import io.crij.oci.spec.Process;
import io.crij.oci.spec.Root;
import io.crij.oci.spec.Spec;
import io.crij.oci.spec.SpecWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The whole program with real containers of the built-in runtime, killed and started again.
@Timeout(120)
class BuiltinTest {
    private static final int LINES = 100_000;
    private final String suffix = UUID.randomUUID().toString().substring(0, 8);
    private Path folder;
    private Path rootfs;
    private java.lang.Process monitor;
    private MonitorClient client;

    @BeforeEach
    void start() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/bin/busybox")), "no /bin/busybox (Debian package busybox-static)");
        assumeTrue(System.getProperty("user.name").equals("root"), "not root");
        folder = Files.createTempDirectory("crij-conmon");
        rootfs = folder.resolve("rootfs");
        Files.createDirectories(rootfs.resolve("bin"));
        Files.copy(Path.of("/bin/busybox"), rootfs.resolve("bin/busybox"), StandardCopyOption.COPY_ATTRIBUTES);
        for (String applet :
                List.of("sh", "true", "cat", "sleep", "echo", "awk", "stty", "tail", "dd", "yes", "head")) {
            Files.createSymbolicLink(rootfs.resolve("bin/" + applet), Path.of("busybox"));
        }
        for (String name : List.of("proc", "sys", "dev", "tmp")) {
            Files.createDirectories(rootfs.resolve(name));
        }
        client = new MonitorClient(socket(), "test");
        begin();
    }

    @AfterEach
    void stop() throws Exception {
        if (folder == null) {
            return;
        }
        if (!monitor.isAlive()) {
            begin();
        }
        for (MonitoredContainer container : client.list()) {
            client.delete(container.id(), true);
        }
        client.close();
        monitor.destroy();
        assertTrue(monitor.waitFor(10, TimeUnit.SECONDS));
        Directory.deleteTree(folder.toString());
        for (CgroupHierarchy hierarchy : CgroupTree.detect().hierarchies()) {
            CgroupFolder.remove(hierarchy.folder("/crij-monitor-" + suffix));
        }
    }

    private Path socket() {
        return folder.resolve("conmon.sock");
    }

    private void begin() throws Exception {
        monitor = MonitorProcess.start(Main.class, folder);
        Node.until(() -> MonitorProcess.answers(socket(), monitor.pid()));
    }

    private void kill() throws Exception {
        monitor.destroyForcibly();
        assertTrue(monitor.waitFor(10, TimeUnit.SECONDS));
    }

    private String id(String name) {
        return name + "-" + suffix;
    }

    private Path log(String id) {
        return folder.resolve(id + ".log");
    }

    private static Process process(String... args) {
        return Process.EMPTY.with(p -> {
            p.args = List.of(args);
            p.env = List.of("PATH=/bin");
        });
    }

    private Spec spec(String id, String... args) {
        return Spec.EMPTY.with(s -> {
            s.root = new Root(rootfs.toString(), false);
            s.process = process(args);
            s.hostname = "box";
            s.mounts = new ArrayList<>(List.of(
                    Mount.of("proc", "proc", "/proc"),
                    Mount.of("tmpfs", "tmpfs", "/dev", "nosuid", "mode=755"),
                    Mount.of("devpts", "devpts", "/dev/pts", "newinstance", "ptmxmode=0666", "mode=0620")));
            s.linux = s.linux.with(l -> {
                l.cgroupsPath = "/crij-monitor-" + suffix + "/" + id;
                l.namespaces = new ArrayList<>(List.of(
                        Namespace.create(Type.PID),
                        Namespace.create(Type.MOUNT),
                        Namespace.create(Type.IPC),
                        Namespace.create(Type.UTS)));
            });
        });
    }

    private ContainerRequest request(String id, Spec spec) {
        return request(id, spec, ContainerRequest.Streams.outputOnly());
    }

    private ContainerRequest request(String id, Spec spec, ContainerRequest.Streams streams) {
        return new ContainerRequest(
                id,
                folder.resolve("containers").resolve(id),
                new SpecWriter().write(spec),
                "",
                new Rootfs.Directory(rootfs),
                streams,
                log(id),
                Map.of());
    }

    private void create(String id, Spec spec, ContainerRequest.Streams streams) throws Exception {
        client.create(request(id, spec, streams));
    }

    private String run(String name, String script) throws Exception {
        return run(name, script, spec -> {});
    }

    private String run(String name, String script, Consumer<Spec.Edit> change) throws Exception {
        String id = id(name);
        create(id, spec(id, "sh", "-c", script).with(change), ContainerRequest.Streams.outputOnly());
        client.start(id);
        return id;
    }

    private MonitoredContainer untilStopped(String id) throws Exception {
        Node.until(() -> stopped(id));
        return client.state(id);
    }

    private boolean stopped(String id) {
        try {
            return client.state(id).status() == Status.STOPPED;
        } catch (MonitorException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private List<String> logged(String id) throws Exception {
        return Files.readAllLines(log(id)).stream()
                .map(line -> line.substring(line.indexOf(' ') + 1))
                .toList();
    }

    @Test
    void aContainerIsLoggedAndItsExitRecorded() throws Exception {
        String id = run("c", "echo out; echo err >&2; printf unfinished; exit 3");
        MonitoredContainer stopped = untilStopped(id);
        assertEquals(3, stopped.exit().code());
        assertFalse(stopped.oomKilled());
        List<String> lines = new ArrayList<>(logged(id));
        lines.sort(String::compareTo);
        assertEquals(List.of("stderr F err", "stdout F out", "stdout F unfinished"), lines);
        client.delete(id, false);
        assertFalse(Files.exists(folder.resolve("containers").resolve(id)));
    }

    @Test
    void thePauseOfASandboxIsSupervised() throws Exception {
        String id = id("pause");
        Spec pause = spec(id).with(s -> {
            s.root = null;
            s.process = null;
            s.mounts = List.of();
        });
        client.create(new ContainerRequest(
                id,
                folder.resolve("containers").resolve(id),
                new SpecWriter().write(pause),
                "",
                new Rootfs.Pause(),
                ContainerRequest.Streams.outputOnly(),
                null,
                Map.of()));
        client.start(id);
        kill();
        begin();
        assertEquals(Status.RUNNING, client.state(id).status());
        client.kill(id, 9, false);
        assertEquals(Status.STOPPED, untilStopped(id).status());
        client.delete(id, false);
        assertEquals(List.of(), client.list());
    }

    @Test
    void aContainerIsCreatedAndStartedInOneRequest() throws Exception {
        String id = id("at-once");
        client.create(request(id, spec(id, "sh", "-c", "echo runs; exit 4")).started());
        assertEquals(4, untilStopped(id).exit().code());
        assertEquals(List.of("stdout F runs"), logged(id));
        client.delete(id, false);
    }

    @Test
    void nothingIsLeftOfAContainerThatCannotBeStartedAtOnce() throws Exception {
        String id = id("missing");
        MonitorException e = assertThrows(
                MonitorException.class,
                () -> client.create(request(id, spec(id, "missing")).started()));
        assertEquals(MonitorException.Code.COMMAND_NOT_FOUND, e.code(), e.getMessage());
        assertEquals(List.of(), client.list());
        assertFalse(Files.exists(folder.resolve("containers").resolve(id)));
        for (CgroupHierarchy hierarchy : CgroupTree.detect().hierarchies()) {
            assertFalse(Files.exists(Path.of(hierarchy.folder("/crij-monitor-" + suffix + "/" + id))));
        }
    }

    @Test
    void manyContainersFitIntoTheMemoryThatWasPromised() throws Exception {
        for (int i = 0; i < 100; i++) {
            run("many" + i, "echo hello; sleep 1000");
        }
        for (int i = 0; i < 100; i++) {
            client.execSync(id("many" + i), new SpecWriter().write(process("true")), Duration.ZERO, 1 << 20);
        }
        long kilobytes = 0;
        for (String line : Files.readAllLines(Path.of("/proc/" + monitor.pid() + "/smaps_rollup"))) {
            if (line.startsWith("Pss:")) {
                kilobytes = Long.parseLong(line.replaceAll("\\D+", ""));
            }
        }
        assertTrue(kilobytes > 0 && kilobytes <= 64 << 10, "PSS with 100 containers is " + kilobytes + " KB");
    }

    @Test
    void execSyncRunsBesideTheContainer() throws Exception {
        String id = run("c", "sleep 100");
        ExecOutcome outcome = client.execSync(
                id, new SpecWriter().write(process("sh", "-c", "echo hi; exit 4")), Duration.ofSeconds(10), 1 << 20);
        assertEquals("hi\n", new String(outcome.stdout(), StandardCharsets.UTF_8));
        assertEquals(4, outcome.exitCode());
    }

    @Test
    void anExecThatIsTooSlowIsKilledWithItsChildren() throws Exception {
        String id = run("c", "sleep 100");
        ExecOutcome outcome = client.execSync(
                id,
                new SpecWriter().write(process("sh", "-c", "sleep 77 & sleep 78")),
                Duration.ofMillis(300),
                1 << 20);
        assertTrue(outcome.timedOut());
        Node.until(() -> ProcessHandle.allProcesses()
                .noneMatch(p -> p.info()
                        .arguments()
                        .map(a -> a.length > 0 && (a[a.length - 1].equals("77") || a[a.length - 1].equals("78")))
                        .orElse(false)));
    }

    @Test
    void aTerminalIsLoggedAndResized() throws Exception {
        String id = id("tty");
        create(
                id,
                spec(id, "sh", "-c", "sleep 0.5; stty size; sleep 0.2")
                        .with(s -> s.process = process("sh", "-c", "sleep 0.5; stty size; sleep 0.2")
                                .with(p -> p.terminal = true)),
                new ContainerRequest.Streams(true, false, false));
        client.resize(id, 132, 43);
        client.start(id);
        untilStopped(id);
        assertTrue(Files.readString(log(id)).endsWith(" stdout F 43 132\r\n"));
    }

    @Test
    void anOutOfMemoryKillIsSeen() throws Exception {
        List<String> events = new CopyOnWriteArrayList<>();
        try (Subscription all = client.subscribe(new MonitorListener() {
            @Override
            public void on(MonitorEvent event) {
                events.add(event.getClass().getSimpleName());
            }

            @Override
            public void onEnd(MonitorException why) {}
        })) {
            assertTrue(all != null);
            String id = run(
                    "oom",
                    "tail /dev/zero",
                    s -> s.linux = s.linux.with(l -> l.resources =
                            l.resources.with(r -> r.memory = LinuxResources.Memory.of(32L << 20, 32L << 20))));
            MonitoredContainer stopped = untilStopped(id);
            assertEquals(137, stopped.exit().code());
            assertTrue(stopped.oomKilled());
            Node.until(() -> events.contains("Exited"));
        }
        assertEquals(List.of("Synced", "Created", "Started", "OutOfMemory", "Exited"), events);
    }

    @Test
    void killedAgainAndAgainItLosesAndRepeatsNothing() throws Exception {
        String id = run(
                "c",
                "awk 'BEGIN { for (i = 1; i <= " + LINES + "; i++) { printf \"%d %s\", i, substr(\""
                        + "x".repeat(200) + "\", 1, i % 200); if (i % 2000 == 0) { system(\"sleep 0.05\") }"
                        + " printf \"\\n\" } }'");
        Random random = new Random(7);
        int kills = 0;
        while (!stopped(id)) {
            Thread.sleep(random.nextInt(100));
            kill();
            kills++;
            begin();
        }
        MonitoredContainer stopped = client.state(id);
        assertEquals(0, stopped.exit().code());
        assertTrue(stopped.exit().known());
        assertTrue(kills >= 2, "killed only " + kills + " times");
        int next = 1;
        for (String line : logged(id)) {
            assertEquals(String.valueOf(next++), line.split(" ")[2], line);
        }
        assertEquals(LINES + 1, next);
    }

    @Test
    void anExitWithoutAMonitorIsReported() throws Exception {
        String id = run("c", "sleep 0.5; echo late; exit 9");
        kill();
        Thread.sleep(800);
        begin();
        assertEquals(9, untilStopped(id).exit().code());
        assertEquals(List.of("stdout F late"), logged(id));
    }
}
