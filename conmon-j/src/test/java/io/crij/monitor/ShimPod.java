package io.crij.monitor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crij.linux.CgroupFolder;
import io.crij.linux.CgroupHierarchy;
import io.crij.linux.CgroupTree;
import io.crij.linux.Directory;
import io.crij.oci.runtime.Rootfs;
import io.crij.oci.spec.Mount;
import io.crij.oci.spec.Namespace;
import io.crij.oci.spec.Namespace.Type;
import io.crij.oci.spec.Process;
import io.crij.oci.spec.Spec;
import io.crij.oci.spec.SpecWriter;
import io.crij.shim.ShimSettings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/// A pod on a shim under a monitor that is a process of its own, in a folder of its own.
final class ShimPod implements AutoCloseable {
    private static final Pattern SOCKET = Pattern.compile("\"socket\"\\s*:\\s*\"([^\"]+)\"");

    private final String suffix = UUID.randomUUID().toString().substring(0, 8);
    private final Path folder;
    private final Path layer;
    private final ShimSettings settings;
    private final MonitorClient client;
    /// Of its shims.
    private final Set<Path> sockets = new TreeSet<>();
    private java.lang.Process monitor;

    /// @param time of each call
    ShimPod(String program, Duration time) throws Exception {
        folder = Files.createTempDirectory("crij-shims");
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
        settings = new ShimSettings(
                "shim",
                program,
                folder.resolve("root").toString(),
                ShimSettings.Options.RUNC,
                "",
                "",
                "",
                false,
                Math.max(time.toMillis(), 10_000),
                time.toMillis());
        client = new MonitorClient(folder.resolve("conmon.sock"), "test");
        startMonitor();
    }

    Path folder() {
        return folder;
    }

    MonitorClient client() {
        return client;
    }

    String id(String name) {
        return name + "-" + suffix;
    }

    String sandbox() {
        return id("sandbox");
    }

    Path shared() {
        return folder.resolve("shared");
    }

    void startMonitor() throws Exception {
        monitor = MonitorProcess.start(Main.class, folder);
        Node.until(() -> MonitorProcess.answers(folder.resolve("conmon.sock"), monitor.pid()));
    }

    void killMonitor() throws Exception {
        monitor.destroyForcibly();
        assertTrue(monitor.waitFor(10, TimeUnit.SECONDS));
    }

    MonitoredContainer state(String id) {
        try {
            return client.state(id);
        } catch (MonitorException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    void createSandbox() throws Exception {
        Spec spec = spec(sandbox(), Map.of("io.kubernetes.cri.container-type", "sandbox"), "pause");
        client.create(new ContainerRequest(
                        sandbox(),
                        folder.resolve("containers").resolve(sandbox()),
                        new SpecWriter().write(spec),
                        "shim",
                        new Rootfs.Pause(),
                        ContainerRequest.Streams.outputOnly(),
                        null,
                        Map.of())
                .by(new MonitoredRuntime.ShimV2(settings))
                .started());
        var record = SOCKET.matcher(
                Files.readString(folder.resolve("containers").resolve(sandbox()).resolve("shim.json")));
        assertTrue(record.find());
        sockets.add(Path.of(record.group(1)));
        assertTrue(Files.exists(Path.of(record.group(1))));
    }

    String create(String name, String script) throws Exception {
        client.create(request(name, Map.of(), "sh", "-c", script));
        return id(name);
    }

    ContainerRequest request(String name, Map<String, String> annotations, String... command) throws IOException {
        var overlay = new Rootfs.Overlay(
                List.of(layer),
                Optional.of(Files.createDirectories(folder.resolve("upper-" + name))),
                Optional.of(Files.createDirectories(folder.resolve("work-" + name))),
                List.of());
        var all = new java.util.HashMap<>(annotations);
        all.put("io.kubernetes.cri.container-type", "container");
        return new ContainerRequest(
                        id(name),
                        folder.resolve("containers").resolve(id(name)),
                        new SpecWriter().write(spec(id(name), all, command)),
                        "shim",
                        overlay,
                        new ContainerRequest.Streams(false, true, true),
                        folder.resolve(name + ".log"),
                        Map.of())
                .by(new MonitoredRuntime.ShimV2(settings));
    }

    private Spec spec(String id, Map<String, String> annotations, String... command) {
        var all = new java.util.HashMap<>(annotations);
        all.put("io.kubernetes.cri.sandbox-id", sandbox());
        return Spec.EMPTY.with(s -> {
            s.process = process(command);
            s.annotations = all;
            s.mounts = List.of(
                    Mount.of("proc", "proc", "/proc"),
                    Mount.of("tmpfs", "tmpfs", "/dev", "nosuid", "mode=755"),
                    Mount.bind(shared().toString(), "/tmp", "rbind"));
            s.linux = s.linux.with(l -> {
                l.cgroupsPath = "/crij-shims-" + suffix + "/" + id;
                l.namespaces = List.of(Namespace.create(Type.PID), Namespace.create(Type.MOUNT));
            });
        });
    }

    static Process process(String... args) {
        return Process.EMPTY.with(p -> {
            p.args = List.of(args);
            p.env = List.of("PATH=/bin");
            p.cwd = "/";
        });
    }

    ExecOutcome exec(String id, Duration timeout, String... command) throws Exception {
        return client.execSync(id, new SpecWriter().write(process(command)), timeout, 1 << 20);
    }

    /// Without times.
    List<String> logged(String name) {
        try {
            return Files.readAllLines(folder.resolve(name + ".log")).stream()
                    .map(line -> line.substring(line.indexOf(' ') + 1))
                    .toList();
        } catch (NoSuchFileException e) {
            return List.of();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /// Pids of living shims of this pod.
    List<Integer> shims() {
        return processes((pid, command) -> command.contains("-id " + sandbox()) && !command.endsWith(" start"));
    }

    private interface Choice {
        boolean test(int pid, String command) throws IOException;
    }

    private static List<Integer> processes(Choice choice) {
        List<Integer> found = new ArrayList<>();
        try (var all = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (Path process : all) {
                try {
                    int pid = Integer.parseInt(process.getFileName().toString());
                    String command = Files.readString(process.resolve("cmdline"), StandardCharsets.ISO_8859_1)
                            .replace('\0', ' ')
                            .strip();
                    if (!command.isEmpty() && choice.test(pid, command)) {
                        found.add(pid);
                    }
                } catch (IOException e) {
                    // it has ended
                }
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return found;
    }

    /// Commands of a container's processes, by its cgroup.
    List<String> commandsIn(String id) {
        List<String> commands = new ArrayList<>();
        processes((pid, command) -> {
            if (Files.readString(Path.of("/proc/" + pid + "/cgroup")).contains("/" + id)) {
                commands.add(command);
            }
            return false;
        });
        return commands;
    }

    void assertNothingLeft() throws Exception {
        assertEquals(List.of(), client.list());
        Node.until(() -> processes((_, command) -> command.contains(suffix)).isEmpty());
        assertFalse(Files.readString(Path.of("/proc/self/mountinfo")).contains(folder.toString()));
        for (String place : List.of("containers", "shims")) {
            assertEquals(List.of(), inFolder(folder.resolve(place)));
        }
        for (Path socket : sockets) {
            assertFalse(Files.exists(socket), socket.toString());
        }
        for (CgroupHierarchy hierarchy : CgroupTree.detect().hierarchies()) {
            assertEquals(
                    List.of(),
                    inFolder(Path.of(hierarchy.folder("/crij-shims-" + suffix))).stream()
                            .filter(Files::isDirectory)
                            .toList());
        }
    }

    private static List<Path> inFolder(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (var entries = Files.list(folder)) {
            return entries.toList();
        }
    }

    @Override
    public void close() throws Exception {
        try {
            for (MonitoredContainer container : client.list()) {
                if (!container.id().equals(sandbox())) {
                    client.delete(container.id(), true);
                }
            }
            for (MonitoredContainer container : client.list()) {
                client.delete(container.id(), true);
            }
            assertNothingLeft();
        } finally {
            client.close();
            monitor.destroy();
            assertTrue(monitor.waitFor(10, TimeUnit.SECONDS));
        }
        Directory.deleteTree(folder.toString());
        for (CgroupHierarchy hierarchy : CgroupTree.detect().hierarchies()) {
            CgroupFolder.remove(hierarchy.folder("/crij-shims-" + suffix));
        }
    }
}
