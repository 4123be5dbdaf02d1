package io.crij.sandbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crij.sandbox.cni.PluginScripts;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Pods and containers as processes of this machine.
class RealNodeTest {
    @TempDir
    Path folder;

    private RealNode node;

    @BeforeEach
    void start() throws Exception {
        Root.required();
        Root.program("/usr/bin/busybox");
        Root.program("/usr/bin/unshare");
        var plugins = new PluginScripts(folder.resolve("plugins"));
        plugins.network("net", "1.0.0", "main");
        node = new RealNode(folder, plugins.configurations(), plugins.programs());
    }

    @AfterEach
    void end() throws Exception {
        if (node != null) {
            node.close();
        }
    }

    @Test
    void aPodOnTheHostsNetworkRunsACommandAndLeavesNothing() throws Exception {
        var pod = node.sandboxes.pods().run(node.pod("web", Node.hostNetwork()), "");
        var container = node.create(pod, "main", "echo hello; echo shared > /dev/shm/x; busybox sleep 1000 & wait");
        node.sandboxes.containers().start(container.id());
        Eventually.holds(() -> Files.exists(container.logFile().orElseThrow())
                && node.log(container).contains("stdout F hello"));
        Eventually.holds(() -> Files.exists(pod.paths().shm().resolve("x")));

        var result = node.sandboxes
                .containers()
                .execSync(container.id(), RealNode.process("echo out; exit 4"), Duration.ofSeconds(10), 1 << 20);
        assertEquals("out\n", new String(result.stdout(), StandardCharsets.UTF_8));
        assertEquals(4, result.exitCode());

        node.sandboxes.containers().stop(container.id(), Duration.ofMillis(100));
        var exited = (ContainerStatus.Exited)
                node.sandboxes.containers().find(container.id()).status();
        assertTrue(exited.code() == 137 || exited.code() == 143, exited.toString());
        node.sandboxes.pods().remove(pod.id());
        assertEquals(List.of(), node.remains());
    }

    @Test
    void namespacesOfThePodAreItsOwnAndShared() throws Exception {
        var pod = node.sandboxes.pods().run(node.pod("web", PodNamespaceModes.ofPod()), "");
        var first = node.create(pod, "one", "hostname; cat /proc/net/dev; sleep 1000");
        var second = node.create(pod, "two", "sleep 1000");
        node.sandboxes.containers().start(first.id());
        node.sandboxes.containers().start(second.id());
        Eventually.holds(() -> node.log(first).contains("lo:"));

        assertTrue(node.log(first).contains(pod.id().substring(0, 12)));
        assertFalse(node.log(first).contains("eth0"), "fake plugins make no interface");
        for (var kind : List.of("net", "ipc", "uts", "pid")) {
            assertEquals(namespace(first, kind), namespace(second, kind));
            assertFalse(namespace(first, kind).equals(Files.readSymbolicLink(Path.of("/proc/self/ns/" + kind))));
        }
        // the pause is the first process of the pod
        var processes = node.sandboxes
                .containers()
                .execSync(second.id(), RealNode.process("cat /proc/1/comm"), Duration.ofSeconds(10), 1000);
        assertEquals("pause\n", new String(processes.stdout(), StandardCharsets.UTF_8));
        node.sandboxes.pods().stop(pod.id());
        node.sandboxes.pods().remove(pod.id());
        assertEquals(List.of(), node.remains());
    }

    private Path namespace(ContainerRecord container, String kind) throws Exception {
        int pid = node.sandboxes.containers().find(container.id()).pid().orElseThrow();
        return Files.readSymbolicLink(Path.of("/proc/" + pid + "/ns/" + kind));
    }

    @Test
    void aCommandThatIsNotThereIsSaidSo() throws Exception {
        var pod = node.sandboxes.pods().run(node.pod("web", Node.hostNetwork()), "");
        var container = node.create(pod, "main", "true");
        assertEquals(ContainerStatus.Created.class, container.status().getClass());
        node.sandboxes.containers().start(container.id());
        Eventually.holds(
                () -> node.sandboxes.containers().find(container.id()).status().ended());
        var exited = (ContainerStatus.Exited)
                node.sandboxes.containers().find(container.id()).status();
        assertEquals("Completed", exited.reason());
        assertThrows(
                SandboxException.WrongState.class,
                () -> node.sandboxes.containers().start(container.id()));
    }

    @Test
    void runningContainersSurviveRestartsOfBoth() throws Exception {
        var pod = node.sandboxes.pods().run(node.pod("web", PodNamespaceModes.ofPod()), "");
        var container = node.create(pod, "main", "while true; do sleep 0.1; echo tick; done");
        node.sandboxes.containers().start(container.id());
        node.stop();
        node.stopMonitor();
        node.startMonitor();
        node.start();

        assertTrue(node.sandboxes.pods().find(pod.id()).ready());
        assertTrue(node.sandboxes.containers().find(container.id()).status().running());
        node.sandboxes.containers().stop(container.id(), Duration.ZERO);
        node.sandboxes.pods().remove(pod.id());
        assertEquals(List.of(), node.remains());
    }

    @Test
    void aUserNamespaceIsThePodsOwn() throws Exception {
        var mapping = List.of(new IdMapping(200000, 0, 65536));
        var modes = new PodNamespaceModes(
                NamespaceMode.POD, NamespaceMode.POD, NamespaceMode.POD, "", NamespaceMode.POD, mapping, mapping);
        var pod = node.sandboxes.pods().run(node.pod("web", modes), "");
        assertEquals(200000, Files.getAttribute(pod.paths().resolvConf(), "unix:uid"));
        int pause = pod.pausePid().orElseThrow();
        assertEquals(
                "0 200000 65536",
                Files.readString(Path.of("/proc/" + pause + "/uid_map")).strip().replaceAll(" +", " "));
        assertTrue(Files.exists(pod.paths().user()));
        node.sandboxes.pods().remove(pod.id());
        assertEquals(List.of(), node.remains());
    }
}
