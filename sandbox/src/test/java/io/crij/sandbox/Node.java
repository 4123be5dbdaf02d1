package io.crij.sandbox;

import io.crij.linux.CgroupTree;
import io.crij.oci.runtime.Rootfs;
import io.crij.oci.spec.Spec;
import io.crij.sandbox.cni.PluginScripts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A node of fakes in a temporary folder: the module between a fake monitor, fake mounts and plugins that are scripts.
final class Node implements AutoCloseable {
    final Path root;
    final FakeMonitor monitor = new FakeMonitor();
    final FakeMounts mounts = new FakeMounts();
    final FakeRootfs rootfs = new FakeRootfs();
    final PluginScripts plugins;
    final List<SandboxEvent> events = Collections.synchronizedList(new ArrayList<>());
    Duration keepUnclaimed = Duration.ofMinutes(1);
    private LifeHooks hooks = LifeHooks.NONE;
    Sandboxes sandboxes;

    Node(Path root) throws Exception {
        this.root = root;
        plugins = new PluginScripts(root.resolve("cni"));
        plugins.network("net", "1.0.0", "main");
        boot();
    }

    /// Used from the next [#boot] on.
    void hook(LifeHooks next) {
        hooks = next;
    }

    /// Starts the module, as a new process would.
    void boot() throws Exception {
        sandboxes = new Sandboxes(
                settings(), monitor, mounts, new CgroupTree(CgroupTree.Mode.V2, List.of()), rootfs, hooks, events::add);
        sandboxes.recover();
    }

    /// As after `kill -9`: nothing is tidied up.
    void crash() {
        sandboxes.close();
    }

    SandboxSettings settings() {
        return new SandboxSettings(
                root.resolve("state"),
                root.resolve("data"),
                root.resolve("netns"),
                root.resolve("logs"),
                CgroupDriver.CGROUPFS,
                "/crij",
                1 << 20,
                Map.of("net.ipv4.ip_unprivileged_port_start", "0"),
                RuntimeHandlers.builtIn(),
                plugins.configurations(),
                List.of(plugins.programs()),
                "",
                Duration.ofSeconds(10),
                keepUnclaimed);
    }

    Pods pods() {
        return sandboxes.pods();
    }

    Containers containers() {
        return sandboxes.containers();
    }

    PodConfig pod(String name) {
        return pod(name, PodNamespaceModes.ofPod());
    }

    static PodNamespaceModes hostNetwork() {
        return new PodNamespaceModes(
                NamespaceMode.NODE,
                NamespaceMode.CONTAINER,
                NamespaceMode.POD,
                "",
                NamespaceMode.NODE,
                List.of(),
                List.of());
    }

    PodConfig pod(String name, PodNamespaceModes modes) {
        return new PodConfig(
                new PodMetadata(name, "uid-" + name, "default", 0),
                "",
                root.resolve("podlogs").resolve(name).toString(),
                DnsConfig.ofHost(),
                List.of(),
                Map.of("app", name),
                Map.of(),
                "",
                Map.of(),
                modes,
                PodSecurity.none(),
                null,
                null);
    }

    ContainerConfig container(String name, String request) {
        return new ContainerConfig(
                new ContainerMetadata(name, 0),
                "busybox",
                "",
                "sha256:1",
                "busybox@sha256:1",
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
                request);
    }

    ContainerPlan plan() {
        return (_, container) -> {
            rootfs.made.add(container.id());
            return new ContainerPlan.Prepared(
                    Spec.EMPTY,
                    new Rootfs.Overlay(
                            List.of(Path.of("/lower")),
                            Optional.of(Path.of("/upper")),
                            Optional.of(Path.of("/work")),
                            List.of()));
        };
    }

    ContainerRecord started(PodRecord pod, String name) throws Exception {
        var container = containers().create(pod.id(), container(name, "r"), plan());
        containers().start(container.id());
        return container;
    }

    /// What of pods and containers is left anywhere.
    List<String> remains() throws IOException {
        var left = new ArrayList<String>();
        monitor.ids().forEach(id -> left.add("process " + id));
        mounts.mounted.forEach(mount -> left.add("mount " + mount));
        rootfs.made.forEach(id -> left.add("rootfs " + id));
        plugins.leases().forEach(lease -> left.add("address of " + lease));
        for (var folder : List.of(
                "state/pods", "state/ns", "state/containers", "netns", "data/pods", "data/containers", "data/cni")) {
            var path = root.resolve(folder);
            if (Files.isDirectory(path)) {
                try (var entries = Files.list(path)) {
                    entries.forEach(entry -> left.add("file " + entry));
                }
            }
        }
        return left;
    }

    @Override
    public void close() {
        sandboxes.close();
    }
}
