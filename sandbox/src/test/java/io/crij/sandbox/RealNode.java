package io.crij.sandbox;

import io.crij.monitor.Handlers;
import io.crij.monitor.MonitorClient;
import io.crij.monitor.MonitorDaemon;
import io.crij.oci.runtime.BuiltinRuntime;
import io.crij.oci.runtime.Rootfs;
import io.crij.oci.spec.LinuxResources;
import io.crij.oci.spec.Mount;
import io.crij.oci.spec.Namespace;
import io.crij.oci.spec.Process;
import io.crij.oci.spec.Spec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The module over the real monitor, the built-in runtime and the kernel, below a temporary folder; busybox is the
/// image of every container.
final class RealNode implements AutoCloseable {
    final Path root;
    final FakeRootfs rootfs = new FakeRootfs();
    private final Path image;
    private final Path cni;
    private final Path plugins;
    private final String cgroup;
    private BuiltinRuntime runtime;
    private MonitorDaemon daemon;
    private MonitorClient client;
    Sandboxes sandboxes;

    RealNode(Path root, Path cni, Path plugins) throws Exception {
        this.root = root;
        this.cni = cni;
        this.plugins = plugins;
        this.cgroup = "/crij-sandbox-test-" + Long.toHexString(System.nanoTime());
        // root of a user namespace is nobody here
        Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwx--x--x"));
        image = Files.createDirectories(root.resolve("image"));
        Files.createDirectories(image.resolve("proc"));
        Files.copy(
                Path.of("/usr/bin/busybox"),
                Files.createDirectories(image.resolve("bin")).resolve("busybox"));
        startMonitor();
        start();
    }

    void startMonitor() throws Exception {
        runtime = new BuiltinRuntime(root.resolve("state/runtime"));
        daemon = new MonitorDaemon(
                root.resolve("conmon.sock"), root.resolve("state"), new Handlers(Map.of("", runtime)), () -> {});
    }

    void stopMonitor() throws Exception {
        daemon.close();
        runtime.close();
    }

    void start() throws Exception {
        client = new MonitorClient(root.resolve("conmon.sock"), "test");
        sandboxes = new Sandboxes(settings(), client, rootfs, LifeHooks.NONE, _ -> {});
        sandboxes.recover();
    }

    void stop() {
        sandboxes.close();
        client.close();
    }

    private SandboxSettings settings() {
        return new SandboxSettings(
                root.resolve("state"),
                root.resolve("data"),
                root.resolve("netns"),
                root.resolve("logs"),
                CgroupDriver.CGROUPFS,
                cgroup,
                1 << 20,
                Map.of("net.ipv4.ip_unprivileged_port_start", "0"),
                RuntimeHandlers.builtIn(),
                cni,
                List.of(plugins),
                "",
                Duration.ofSeconds(30),
                Duration.ofMinutes(1));
    }

    PodConfig pod(String name, PodNamespaceModes modes) {
        return new PodConfig(
                new PodMetadata(name, "uid", "default", 0),
                "",
                root.resolve("podlogs").toString(),
                DnsConfig.ofHost(),
                List.of(),
                Map.of(),
                Map.of(),
                "",
                Map.of(),
                modes,
                PodSecurity.none(),
                null,
                null);
    }

    ContainerRecord create(PodRecord pod, String name, String script) throws Exception {
        var config = new ContainerConfig(
                new ContainerMetadata(name, 0),
                "busybox",
                "",
                "sha256:1",
                "busybox",
                Map.of(),
                Map.of(),
                Map.of(),
                name + ".log",
                false,
                false,
                false,
                List.of(),
                ContainerResources.none(),
                15,
                new ContainerUser(0, 0, List.of()),
                script);
        return sandboxes.containers().create(pod.id(), config, (ready, container) -> {
            rootfs.made.add(container.id());
            var layer = root.resolve("layers").resolve(container.id());
            try {
                Files.createDirectories(layer.resolve("upper"));
                Files.createDirectories(layer.resolve("work"));
            } catch (IOException e) {
                throw new SandboxException.StorageFailed("make", layer, e);
            }
            return new ContainerPlan.Prepared(
                    spec(ready, script),
                    new Rootfs.Overlay(
                            List.of(image),
                            Optional.of(layer.resolve("upper")),
                            Optional.of(layer.resolve("work")),
                            List.of()));
        });
    }

    static Process process(String script) {
        return Process.EMPTY.with(process -> {
            process.args = List.of("/bin/busybox", "sh", "-c", script);
            process.env = List.of("PATH=/bin");
        });
    }

    private static Spec spec(PodRecord pod, String script) {
        return Spec.EMPTY.with(spec -> {
            spec.process = process(script);
            spec.mounts.add(Mount.of("proc", "proc", "/proc"));
            spec.mounts.add(Mount.bind(pod.paths().shm().toString(), "/dev/shm", "rbind"));
            spec.linux = spec.linux.with(linux -> {
                linux.resources = LinuxResources.NONE;
                linux.namespaces = new ArrayList<>(List.of(Namespace.create(Namespace.Type.MOUNT)));
                join(linux.namespaces, Namespace.Type.NETWORK, pod.paths().net());
                join(linux.namespaces, Namespace.Type.IPC, pod.paths().ipc());
                join(linux.namespaces, Namespace.Type.UTS, pod.paths().uts());
                join(linux.namespaces, Namespace.Type.PID, pod.paths().pid());
            });
        });
    }

    private static void join(List<Namespace> namespaces, Namespace.Type type, @Nullable Path path) {
        if (path != null) {
            namespaces.add(Namespace.join(type, path.toString()));
        } else if (type == Namespace.Type.PID) {
            namespaces.add(Namespace.create(type));
        }
    }

    String log(ContainerRecord container) throws IOException {
        return Files.readString(container.logFile().orElseThrow());
    }

    /// What of pods and containers is left on this machine.
    List<String> remains() throws IOException {
        var left = new ArrayList<String>();
        for (var folder : List.of(
                "state/pods", "state/ns", "state/containers", "netns", "data/pods", "data/containers", "data/cni")) {
            var path = root.resolve(folder);
            if (Files.isDirectory(path)) {
                try (var entries = Files.list(path)) {
                    entries.forEach(entry -> left.add("file " + entry));
                }
            }
        }
        Files.readAllLines(Path.of("/proc/self/mountinfo")).stream()
                .filter(line -> line.contains(root.toString()))
                .forEach(line -> left.add("mount " + line));
        cgroups().forEach(folder -> left.add("cgroup " + folder));
        rootfs.made.forEach(id -> left.add("root file system of " + id));
        return left;
    }

    private List<Path> cgroups() throws IOException {
        var found = new ArrayList<Path>();
        try (Stream<Path> hierarchies = Files.list(Path.of("/sys/fs/cgroup"))) {
            for (var hierarchy : hierarchies.toList()) {
                var parent = hierarchy.resolve(cgroup.substring(1));
                if (Files.isDirectory(parent)) {
                    try (var children = Files.list(parent)) {
                        children.filter(Files::isDirectory).forEach(found::add);
                    }
                }
            }
        }
        return found;
    }

    @Override
    public void close() throws Exception {
        for (var pod : sandboxes.pods().list()) {
            sandboxes.pods().remove(pod.id());
        }
        stop();
        stopMonitor();
        try (Stream<Path> hierarchies = Files.list(Path.of("/sys/fs/cgroup"))) {
            for (var hierarchy : hierarchies.toList()) {
                var parent = hierarchy.resolve(cgroup.substring(1));
                if (Files.isDirectory(parent)) {
                    io.crij.linux.CgroupFolder.removeTree(parent.toString());
                }
            }
        }
    }
}
