package io.crij.server.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crij.linux.CgroupHierarchy;
import io.crij.linux.CgroupTree;
import io.crij.linux.KernelFeatures;
import io.crij.linux.KernelVersion;
import io.crij.server.check.Finding.Verdict;
import io.crij.server.config.Config;
import io.crij.server.config.Config.CgroupDriver;
import io.crij.server.config.ConfigFiles;
import io.crij.server.transport.UnixServer;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Every check can say no.
class NodeCheckTest {
    private static final KernelVersion OLD = new KernelVersion(5, 10, 0);
    private static final KernelVersion NEW = new KernelVersion(6, 12, 0);

    @TempDir
    Path folder;

    private static KernelFeatures features(KernelVersion version, boolean has, int noexec) {
        return new KernelFeatures(
                version, has, has, has, has, has, has, has, has, has, has, has, has, Set.of(), noexec, has, has, has);
    }

    private static Finding topic(String topic, List<Finding> findings) {
        return findings.stream()
                .filter(f -> f.topic().equals(topic))
                .findFirst()
                .orElseThrow(() -> new AssertionError(topic + " is not in " + findings));
    }

    private static void verdict(Verdict expected, String topic, List<Finding> findings) {
        var finding = topic(topic, findings);
        assertEquals(expected, finding.verdict(), finding.toString());
        assertEquals(expected == Verdict.OK, finding.fix().isEmpty(), finding.toString());
    }

    @Test
    void oldKernelFails() throws Exception {
        var findings = new KernelChecks(features(OLD, false, 0)).run();
        verdict(Verdict.FAIL, "kernel", findings);
        verdict(Verdict.FAIL, "system calls", findings);
        verdict(Verdict.WARN, "user namespaces", findings);
        verdict(Verdict.FAIL, "seccomp", findings);
        assertTrue(topic("kernel", findings).fact().contains("5.10"), findings.toString());
    }

    @Test
    void newKernelIsFine() throws Exception {
        var findings = new KernelChecks(features(NEW, true, 2)).run();
        verdict(Verdict.OK, "kernel", findings);
        verdict(Verdict.OK, "system calls", findings);
        verdict(Verdict.OK, "user namespaces", findings);
        verdict(Verdict.OK, "seccomp", findings);
        assertTrue(topic("vm.memfd_noexec", findings).fact().startsWith("is 2"), findings.toString());
    }

    private List<Finding> cgroups(CgroupTree.Mode mode, String... controllers) {
        var hierarchies = controllers.length == 0
                ? List.<CgroupHierarchy>of()
                : List.of(new CgroupHierarchy(true, Set.of(controllers), folder.toString(), "/", "/"));
        return new CgroupChecks(Config.DEFAULT).run(new CgroupTree(mode, hierarchies));
    }

    @Test
    void pureVersion2IsFine() {
        var findings = cgroups(CgroupTree.Mode.V2, "cpu", "memory", "pids", "cpuset", "hugetlb");
        verdict(Verdict.OK, "cgroups", findings);
        verdict(Verdict.OK, "cgroup controllers", findings);
        verdict(Verdict.OK, "cgroup creation", findings);
    }

    @Test
    void versionOneIsAWarning() {
        verdict(Verdict.WARN, "cgroups", cgroups(CgroupTree.Mode.V1, "cpu", "memory", "pids"));
        verdict(Verdict.WARN, "cgroups", cgroups(CgroupTree.Mode.HYBRID, "cpu", "memory", "pids"));
    }

    @Test
    void missingControllersFailOrWarn() {
        verdict(Verdict.WARN, "cgroup controllers", cgroups(CgroupTree.Mode.V2, "cpu", "memory", "pids"));
        var findings = cgroups(CgroupTree.Mode.V2, "cpu", "pids");
        verdict(Verdict.FAIL, "cgroup controllers", findings);
        assertEquals("missing: memory", topic("cgroup controllers", findings).fact());
    }

    @Test
    void noCgroupsFail() {
        verdict(Verdict.FAIL, "cgroups", cgroups(CgroupTree.Mode.V2));
    }

    @Test
    void cgroupsThatCannotBeMadeFail() {
        var tree = new CgroupTree(
                CgroupTree.Mode.V2, List.of(new CgroupHierarchy(true, Set.of("memory"), "/dev/null/none", "/", "/")));
        verdict(Verdict.FAIL, "cgroup creation", new CgroupChecks(Config.DEFAULT).run(tree));
    }

    @Test
    void systemdDriverFailsWhereItCannotBe() {
        var tree = new CgroupTree(CgroupTree.Mode.HYBRID, List.of());
        verdict(Verdict.FAIL, "cgroup driver", new CgroupChecks(with(CgroupDriver.SYSTEMD)).run(tree));
        verdict(Verdict.OK, "cgroup driver", new CgroupChecks(with(CgroupDriver.AUTO)).run(tree));
    }

    private Config with(CgroupDriver driver) {
        var usual = config("crij", 0);
        var runtime = usual.runtime();
        return new Config(
                usual.server(),
                usual.log(),
                usual.monitor(),
                new Config.Runtime(
                        runtime.defaultHandler(), driver, runtime.cgroupParent(), runtime.sysctls(), runtime.shmSize()),
                usual.runtimes(),
                usual.containers(),
                usual.network(),
                usual.images(),
                usual.streaming(),
                usual.stats(),
                usual.metrics(),
                usual.nri(),
                usual.nriValidator());
    }

    private static Config.Server server(Path data, Path socket) {
        var standard = Config.DEFAULT.server();
        return new Config.Server(
                socket, socket.resolveSibling("state"), data, standard.maxRequestSize(), standard.maxResponseSize());
    }

    @Test
    void dataFolderThatCannotBeWrittenFails() {
        var findings = new StorageChecks(server(Path.of("/proc/crij"), folder), features(NEW, true, 0)).run();
        verdict(Verdict.FAIL, "overlayfs", findings);
        verdict(Verdict.WARN, "disk", findings);
    }

    @Test
    void dataFolderNeedNotExistAndNothingStays() throws Exception {
        var findings = new StorageChecks(server(folder.resolve("a/b"), folder), features(NEW, true, 0)).run();
        assertEquals(3, findings.size(), findings.toString());
        try (var left = Files.list(folder)) {
            assertEquals(List.of(), left.toList());
        }
    }

    @Test
    void mountsOfUserNamespacesThatTheKernelLacksAreAWarning() {
        verdict(
                Verdict.WARN,
                "idmapped mounts",
                new StorageChecks(server(folder, folder), features(OLD, false, 0)).run());
    }

    private Config config(String handler, int metricsPort) {
        return config(handler, metricsPort, Map.of("crij", Config.Handler.DEFAULT));
    }

    private Config config(String handler, int metricsPort, Map<String, Config.Handler> handlers) {
        var standard = Config.DEFAULT;
        var runtime = standard.runtime();
        return new Config(
                server(folder, folder.resolve("crij.sock")),
                standard.log(),
                standard.monitor(),
                new Config.Runtime(
                        handler, runtime.cgroupDriver(), runtime.cgroupParent(), runtime.sysctls(), runtime.shmSize()),
                handlers,
                standard.containers(),
                standard.network(),
                standard.images(),
                standard.streaming(),
                standard.stats(),
                new Config.Metrics("127.0.0.1", metricsPort),
                standard.nri(),
                standard.nriValidator());
    }

    @Test
    void monitorThatDoesNotRunIsStartedByHandOrByTheStartOfTheServer() throws Exception {
        var findings = new ServiceChecks(config("crij", 0)).run();
        verdict(Verdict.WARN, "monitor", findings);
        assertEquals(
                "start conmon-j (systemctl start conmon-j), or restart crij, which starts it",
                topic("monitor", findings).fix());
    }

    @Test
    void serverThatAnswersIsFineAndItsAbsenceAWarning() throws Exception {
        verdict(Verdict.WARN, "server", new ServiceChecks(config("crij", 0)).run());
        try (var live = new UnixServer(folder.resolve("crij.sock"), 1 << 20, 1 << 20, List.of())) {
            verdict(Verdict.OK, "server", new ServiceChecks(config("crij", 0)).run());
            live.close();
        }
    }

    @Test
    void socketOfADeadServerIsAWarning() throws Exception {
        try (var dead = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            dead.bind(UnixDomainSocketAddress.of(folder.resolve("crij.sock")));
        }
        var findings = new ServiceChecks(config("crij", 0)).run();
        verdict(Verdict.WARN, "server", findings);
        assertTrue(topic("server", findings).fact().contains("left over"), findings.toString());
    }

    @Test
    void metricsPortThatSomebodyHasFails() throws Exception {
        try (var taken = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            verdict(Verdict.FAIL, "metrics port", new ServiceChecks(config("crij", taken.getLocalPort())).run());
        }
    }

    @Test
    void defaultHandlerThatIsNotThereFails() throws Exception {
        verdict(Verdict.OK, "runtime handlers", new ServiceChecks(config("crij", 0)).run());
        verdict(Verdict.FAIL, "runtime handlers", new ServiceChecks(config("kata", 0)).run());
    }

    @Test
    void handlerThatCannotBeUsedIsAWarningAndAFailureWhenItIsTheDefault() throws Exception {
        var missing = new ConfigFiles(folder.resolve("none.toml"), folder.resolve("none.d"))
                .read(Map.of("type", "runtimes.lost.type = \"oci\"", "path", "runtimes.lost.path = \"/no/runtime\""))
                .runtimes();
        verdict(Verdict.WARN, "handler lost", new ServiceChecks(config("crij", 0, missing)).run());
        verdict(Verdict.FAIL, "handler lost", new ServiceChecks(config("lost", 0, missing)).run());
    }
}
