package io.crij.monitor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.crij.linux.CgroupFolder;
import io.crij.linux.CgroupHierarchy;
import io.crij.linux.CgroupTree;
import io.crij.linux.Directory;
import io.crij.oci.command.CommandSettings;
import io.crij.oci.command.CommandSettings.Dialect;
import io.crij.oci.runtime.ContainerState.Status;
import io.crij.oci.runtime.Rootfs;
import io.crij.oci.spec.Mount;
import io.crij.oci.spec.Namespace;
import io.crij.oci.spec.Namespace.Type;
import io.crij.oci.spec.Process;
import io.crij.oci.spec.Spec;
import io.crij.oci.spec.SpecWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The whole program with real containers of runtimes that are commands, killed and started again.
@Timeout(120)
class CommandContainersTest {
    private final String suffix = UUID.randomUUID().toString().substring(0, 8);
    private Path folder;
    private Path layer;
    private java.lang.Process monitor;
    private MonitorClient client;

    static Stream<String> runtimes() {
        return Stream.of("runc", "crun")
                .flatMap(name -> Stream.of("/usr/bin/" + name, "/usr/sbin/" + name)
                        .filter(path -> Files.isExecutable(Path.of(path)))
                        .limit(1));
    }

    @BeforeEach
    void start() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/bin/busybox")), "no /bin/busybox (Debian package busybox-static)");
        assumeTrue(System.getProperty("user.name").equals("root"), "not root");
        folder = Files.createTempDirectory("crij-commands");
        layer = folder.resolve("layer");
        Files.createDirectories(layer.resolve("bin"));
        Files.copy(Path.of("/bin/busybox"), layer.resolve("bin/busybox"), StandardCopyOption.COPY_ATTRIBUTES);
        for (String applet : List.of("sh", "true", "cat", "sleep", "echo")) {
            Files.createSymbolicLink(layer.resolve("bin/" + applet), Path.of("busybox"));
        }
        for (String name : List.of("proc", "dev", "tmp")) {
            Files.createDirectories(layer.resolve(name));
        }
        Files.createDirectories(shared());
        client = new MonitorClient(folder.resolve("conmon.sock"), "test");
        begin();
    }

    private void begin() throws Exception {
        monitor = MonitorProcess.start(Main.class, folder);
        Node.until(() -> MonitorProcess.answers(folder.resolve("conmon.sock"), monitor.pid()));
    }

    private void kill() throws Exception {
        monitor.destroyForcibly();
        assertTrue(monitor.waitFor(10, TimeUnit.SECONDS));
    }

    @AfterEach
    void stop() throws Exception {
        if (folder == null) {
            return;
        }
        for (MonitoredContainer container : client.list()) {
            client.delete(container.id(), true);
        }
        client.close();
        monitor.destroy();
        assertTrue(monitor.waitFor(10, TimeUnit.SECONDS));
        assertFalse(Files.readString(Path.of("/proc/self/mountinfo")).contains(folder.toString()));
        Directory.deleteTree(folder.toString());
        for (CgroupHierarchy hierarchy : CgroupTree.detect().hierarchies()) {
            CgroupFolder.remove(hierarchy.folder("/crij-commands-" + suffix));
        }
    }

    private ContainerRequest request(String id, String runtime, String script) throws Exception {
        Spec spec = Spec.EMPTY.with(s -> {
            s.process = process("sh", "-c", script);
            s.mounts = List.of(
                    Mount.of("proc", "proc", "/proc"),
                    Mount.of("tmpfs", "tmpfs", "/dev", "nosuid", "mode=755"),
                    Mount.bind(shared().toString(), "/tmp", "rbind"));
            s.linux = s.linux.with(l -> {
                l.cgroupsPath = "/crij-commands-" + suffix + "/" + id;
                l.namespaces = List.of(Namespace.create(Type.PID), Namespace.create(Type.MOUNT));
            });
        });
        var overlay = new Rootfs.Overlay(
                List.of(layer),
                Optional.of(Files.createDirectories(folder.resolve("upper"))),
                Optional.of(Files.createDirectories(folder.resolve("work"))),
                List.of());
        var settings = new CommandSettings(
                "other", runtime, folder.resolve("root").toString(), List.of(), Dialect.RUNC, false, 60_000, 60_000);
        return new ContainerRequest(
                        id,
                        folder.resolve("containers").resolve(id),
                        new SpecWriter().write(spec),
                        "other",
                        overlay,
                        new ContainerRequest.Streams(false, true, true),
                        folder.resolve("log"),
                        Map.of())
                .by(new MonitoredRuntime.Command(settings));
    }

    private Path shared() {
        return folder.resolve("shared");
    }

    private static Process process(String... args) {
        return Process.EMPTY.with(p -> {
            p.args = List.of(args);
            p.env = List.of("PATH=/bin");
            p.cwd = "/";
        });
    }

    private void untilStopped(String id) throws InterruptedException {
        Node.until(() -> {
            try {
                return client.state(id).status() == Status.STOPPED;
            } catch (MonitorException | InterruptedException e) {
                throw new AssertionError(e);
            }
        });
    }

    private List<String> logged() throws Exception {
        return Files.readAllLines(folder.resolve("log")).stream()
                .map(line -> line.substring(line.indexOf(' ') + 1))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("runtimes")
    void outputAndExitCodeOutliveTheMonitor(String runtime) throws Exception {
        String id = "survivor-" + suffix;
        client.create(request(
                id,
                runtime,
                "echo before; while ! [ -e /tmp/go ]; do sleep 0.1; done; echo between; while ! [ -e /tmp/end ]; do"
                        + " sleep 0.1; done; echo after; exit 9"));
        client.start(id);
        Node.until(() -> Files.exists(folder.resolve("log")));
        kill();
        Files.createFile(shared().resolve("go"));
        begin();
        assertEquals(Status.RUNNING, client.state(id).status());
        assertArrayEquals(
                "inside\n".getBytes(),
                client.execSync(id, new SpecWriter().write(process("echo", "inside")), Duration.ZERO, 100)
                        .stdout());
        kill();
        Files.createFile(shared().resolve("end"));
        begin();
        untilStopped(id);
        assertEquals(9, client.state(id).exit().code());
        assertTrue(client.state(id).exit().known());
        assertEquals(List.of("stdout F before", "stdout F between", "stdout F after"), logged());
        client.delete(id, false);
        assertFalse(Files.exists(folder.resolve("containers").resolve(id)));
    }

    @ParameterizedTest
    @MethodSource("runtimes")
    void aTimeoutEndsTheWholeExec(String runtime) throws Exception {
        String id = "exec-" + suffix;
        client.create(request(id, runtime, "sleep 1000").started());
        ExecOutcome outcome = client.execSync(
                id,
                new SpecWriter().write(process("sh", "-c", "echo begins; sleep 1000 & sleep 1000")),
                Duration.ofSeconds(1),
                100);
        assertTrue(outcome.timedOut());
        assertArrayEquals("begins\n".getBytes(), outcome.stdout());
        client.kill(id, 9, true);
        untilStopped(id);
        assertEquals(128 + 9, client.state(id).exit().code());
    }

    @ParameterizedTest
    @MethodSource("runtimes")
    void nothingIsLeftOfAContainerThatCannotBeMade(String runtime) throws Exception {
        String id = "missing-" + suffix;
        ContainerRequest request = request(id, runtime, "");
        Spec spec = new io.crij.oci.spec.SpecReader().spec(request.spec()).with(s -> s.process = process("missing"));
        MonitorException e = assertThrows(
                MonitorException.class,
                () -> client.create(new ContainerRequest(
                                id,
                                request.bundle(),
                                new SpecWriter().write(spec),
                                "other",
                                request.rootfs(),
                                request.streams(),
                                null,
                                Map.of())
                        .by(request.runtime())
                        .started()));
        assertEquals(MonitorException.Code.COMMAND_NOT_FOUND, e.code(), e.getMessage());
        assertEquals(List.of(), client.list());
        assertFalse(Files.exists(folder.resolve("containers").resolve(id)));
    }
}
