package io.crij.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.crij.cri.v1.CgroupDriver;
import io.crij.cri.v1.ContainerState;
import io.crij.cri.v1.ContainerStatsRequest;
import io.crij.cri.v1.LinuxContainerResources;
import io.crij.cri.v1.NamespaceMode;
import io.crij.cri.v1.PodSandboxConfig;
import io.crij.cri.v1.RuntimeConfigRequest;
import io.crij.cri.v1.UpdateContainerResourcesRequest;
import io.crij.linux.systemd.Systemd;
import io.crij.linux.systemd.UnitName;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Pods whose cgroups systemd makes, under slices as a kubelet names them. What systemd says of a scope and what stands
/// in the cgroup of the container are the same, whatever is restarted meanwhile.
class SystemdDriverTest {
    private static final long MIB = 1 << 20;
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String STAY = "trap exit TERM; echo ready; while true; do sleep 0.1; done";

    private static Node node;
    private static String image;

    private String slice;
    private PodSandboxConfig config;
    private String pod;
    private String container;

    @BeforeAll
    static void startNode() {
        assumeTrue(
                Systemd.booted() && Place.cgroupDriver().equals("systemd"),
                "systemd is not the first process of this machine; build/vm-test.sh systemd runs this");
        node = Node.start();
        image = node.registry().push(TestImage.busybox("e2e/systemd:1"));
        node.pods().pull(image);
    }

    @AfterAll
    static void closeNode() {
        if (node != null) {
            node.close();
        }
    }

    @BeforeEach
    void runContainer() {
        slice = node.place().name().replace('-', '_') + "-burstable-pod"
                + UUID.randomUUID().toString().replace('-', '_') + ".slice";
        var request = node.pods().config("scoped", NamespaceMode.POD);
        request.getLinuxBuilder().setCgroupParent(UnitName.pathOfSlice(slice));
        config = request.build();
        pod = node.pods().run(config);
        container = create("main", STAY, 64 * MIB);
        node.pods().start(container);
        node.pods().awaitLog(container, "ready");
    }

    @AfterEach
    void nothingIsLeft() {
        if (pod == null) {
            return;
        }
        node.pods().end(pod);
        Waiting.until(
                "no unit is left",
                PATIENCE,
                () -> !units().contains(slice) && !units().contains(pod) && !units().contains(container),
                SystemdDriverTest::units);
        assertFalse(Files.exists(folder()), "left: " + folder());
    }

    private String create(String name, String script, long memory) {
        var request = Pods.container(name, image, NamespaceMode.POD, List.of("sh", "-c", script));
        request.getLinuxBuilder()
                .setResources(LinuxContainerResources.newBuilder()
                        .setMemoryLimitInBytes(memory)
                        .setCpuQuota(50_000)
                        .setCpuPeriod(100_000)
                        .setCpuShares(512)
                        .setCpusetCpus("0")
                        .putUnified("pids.max", "100"));
        return node.pods().create(pod, config, request.build());
    }

    private static String units() {
        return Shell.must("systemctl", "list-units", "--all", "--no-legend", "--plain", "--no-pager", "--full");
    }

    private static String unit(String id) {
        return "crij-" + id + ".scope";
    }

    private static String show(String unit, String property) {
        return Shell.must("systemctl", "show", "--value", "-p", property, unit).strip();
    }

    private Path folder() {
        return Path.of("/sys/fs/cgroup" + UnitName.pathOfSlice(slice));
    }

    private String leaf(String file) {
        return read(folder().resolve(unit(container)).resolve("container").resolve(file));
    }

    private static String read(Path file) {
        try {
            return Files.readString(file).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String cgroupOf(long pid) {
        return read(Path.of("/proc/" + pid + "/cgroup"));
    }

    private void limitsAre(long memory, int quotaPercent, int pids) {
        String unit = unit(container);
        assertEquals("" + (memory + MIB), show(unit, "MemoryMax"), "room for the shim");
        assertEquals("" + memory, leaf("memory.max"));
        assertEquals("" + (pids + 1), show(unit, "TasksMax"), "room for the shim");
        assertEquals("" + pids, leaf("pids.max"));
        assertEquals(quotaPercent * 1000L + " 100000", leaf("cpu.max"));
        assertEquals(quotaPercent * 10L + "ms", show(unit, "CPUQuotaPerSecUSec"));
        // and what systemd has made of it
        Path scope = folder().resolve(unit);
        assertEquals("" + (memory + MIB), read(scope.resolve("memory.max")));
        assertEquals(quotaPercent * 1000L + " 100000", read(scope.resolve("cpu.max")));
    }

    @Test
    void scopeAndCgroupHaveTheLimits() {
        String unit = unit(container);
        assertEquals(slice, show(unit, "Slice"));
        assertEquals("yes", show(unit, "Delegate"));
        assertEquals("active", show(unit, "ActiveState"));
        assertEquals(UnitName.pathOfSlice(slice) + "/" + unit, show(unit, "ControlGroup"));
        assertEquals("0", show(unit, "AllowedCPUs"));
        assertEquals("0", leaf("cpuset.cpus"));
        assertEquals(leaf("cpu.weight"), show(unit, "CPUWeight"));
        limitsAre(64 * MIB, 50, 100);
        assertEquals("active", show(unit(pod), "ActiveState"), "the pause has a scope too");
        assertTrue(read(folder().resolve(unit).resolve("shim/cgroup.procs")).matches("\\d+"));
        assertEquals("", read(folder().resolve(unit).resolve("cgroup.procs")));
    }

    @Test
    void kubeletIsToldTheDriver() {
        assertEquals(
                CgroupDriver.SYSTEMD,
                node.pods()
                        .client()
                        .runtime()
                        .runtimeConfig(RuntimeConfigRequest.getDefaultInstance())
                        .getLinux()
                        .getCgroupDriver());
        var check = Shell.run(node.place().inside(List.of(program("crij"), "check", "--config", configuration())));
        assertTrue(check.output().contains("systemd 2"), check.output());
        var inForce = Shell.must(program("crij"), "config", "--effective", "--config", configuration());
        assertTrue(inForce.contains("cgroup_driver = \"systemd\""), inForce);
        var chosen = Shell.must(program("crij"), "config", "--effective", "--config", "/dev/null");
        assertTrue(chosen.contains("cgroup_driver = \"systemd\"") && chosen.contains("\"crij.slice\""), chosen);
    }

    private static String configuration() {
        return node.place().root().resolve("crij.toml").toString();
    }

    private static String program(String name) {
        return CrijServer.distribution().resolve("bin").resolve(name).toString();
    }

    @Test
    void aParentThatIsAPathIsRefusedWithTheSettingToChange() {
        var request = node.pods().config("path", NamespaceMode.POD);
        request.getLinuxBuilder().setCgroupParent("/kubepods/pod1");
        var refused =
                assertThrows(StatusRuntimeException.class, () -> node.pods().run(request.build()));
        assertTrue(String.valueOf(refused.getMessage()).contains("cgroupDriver: systemd"), refused.getMessage());
    }

    @Test
    void limitsAndUpdatesOutliveRestartsOfSystemdAndItsBus() {
        update(96 * MIB, 60_000, 200);
        for (var command :
                List.of(List.of("daemon-reload"), List.of("daemon-reexec"), List.of("restart", "dbus.service"))) {
            Shell.must(Stream.concat(Stream.of("systemctl"), command.stream()).toArray(String[]::new));
            limitsAre(96 * MIB, 60, 200);
        }
        allGoesOn();
    }

    @Test
    void limitsAndUpdatesOutliveRestartsOfBothDaemons() {
        update(96 * MIB, 60_000, 200);
        node.crij().killServer();
        node.crij().killMonitor();
        node.crij().startMonitor();
        node.crij().startServer();
        limitsAre(96 * MIB, 60, 200);
        allGoesOn();
    }

    private void allGoesOn() {
        update(80 * MIB, 70_000, 150);
        limitsAre(80 * MIB, 70, 150);
        assertEquals(
                ContainerState.CONTAINER_RUNNING, node.pods().status(container).getState());
        var exec = node.pods().exec(container, "cat", "/proc/self/cgroup");
        assertEquals("0::/", exec.getStdout().toStringUtf8().strip(), "exec is in the container's own cgroup");
        var stats = node.pods()
                .client()
                .runtime()
                .containerStats(ContainerStatsRequest.newBuilder()
                        .setContainerId(container)
                        .build())
                .getStats();
        assertTrue(stats.getMemory().getWorkingSetBytes().getValue() > 0, stats.toString());
        assertTrue(stats.getCpu().getUsageCoreNanoSeconds().getValue() > 0, stats.toString());
        var second = create("second", "exit 3", 64 * MIB);
        node.pods().start(second);
        assertEquals(3, node.pods().awaitEnd(second).getExitCode());
    }

    private void update(long memory, long quota, int pids) {
        node.pods()
                .client()
                .runtime()
                .updateContainerResources(UpdateContainerResourcesRequest.newBuilder()
                        .setContainerId(container)
                        .setLinux(LinuxContainerResources.newBuilder()
                                .setMemoryLimitInBytes(memory)
                                .setCpuQuota(quota)
                                .setCpuPeriod(100_000)
                                .putUnified("pids.max", "" + pids))
                        .build());
    }

    @Test
    void outOfMemoryIsToldAsSuch() {
        var eater = create("eater", "exec dd if=/dev/zero of=/dev/null bs=64M", 32 * MIB);
        node.pods().start(eater);
        var end = node.pods().awaitEnd(eater);
        assertEquals("OOMKilled", end.getReason(), end.toString());
        assertEquals(137, end.getExitCode());
    }

    @Test
    void theEndOfAContainerIsTheEndOfItsScope() {
        var cgroup = cgroupOf(pid());
        assertEquals("0::" + UnitName.pathOfSlice(slice) + "/" + unit(container) + "/container", cgroup);
        node.pods().stop(container, 10);
        node.pods().remove(container);
        assertFalse(units().contains(container), units());
        assertTrue(units().contains(pod), "the pod goes on");
    }

    private long pid() {
        return Long.parseLong(leaf("cgroup.procs").lines().findFirst().orElseThrow());
    }

    @Test
    void theCommandHasScopesToo() throws IOException {
        Path bundle = node.place().root().resolve("bundle-" + UUID.randomUUID());
        Path rootfs = Folders.make(bundle.resolve("rootfs/bin"));
        Files.copy(
                Path.of(Files.exists(Path.of("/bin/busybox")) ? "/bin/busybox" : "/usr/bin/busybox"),
                rootfs.resolve("busybox"));
        Files.setPosixFilePermissions(
                rootfs.resolve("busybox"), java.nio.file.attribute.PosixFilePermissions.fromString("rwxr-xr-x"));
        String command = program("oci-exec");
        Shell.must(command, "spec", "--bundle", bundle.toString());
        Path file = bundle.resolve("config.json");
        String json = Files.readString(file)
                .replaceFirst("\"terminal\"\\s*:\\s*true", "\"terminal\": false")
                .replaceFirst(
                        "\"args\"\\s*:\\s*\\[[^]]*]",
                        "\"args\": [\"/bin/busybox\", \"sh\", \"-c\", \"cat /proc/self/cgroup; exit 5\"]");
        Files.writeString(file, json);
        var name = "e2e" + UUID.randomUUID().toString().substring(0, 8);
        var root = node.place().root().resolve("oci-exec").toString();
        var run = Shell.run(List.of(command, "--root", root, "--systemd-cgroup", "run", "-b", bundle.toString(), name));
        assertEquals(5, run.exitCode(), run.output());
        assertFalse(units().contains(name), units());

        Files.writeString(
                file,
                json.replace("cat /proc/self/cgroup; exit 5", "sleep 1000 2>/dev/null || /bin/busybox sleep 1000"));
        Shell.must(command, "--root", root, "--systemd-cgroup", "create", "-b", bundle.toString(), name);
        assertEquals("active", show("oci-exec-" + name + ".scope", "ActiveState"));
        assertEquals("system.slice", show("oci-exec-" + name + ".scope", "Slice"));
        Shell.must(command, "--root", root, "--systemd-cgroup", "start", name);
        Shell.must(command, "--root", root, "--systemd-cgroup", "update", "--pids-limit", "55", name);
        assertEquals("56", show("oci-exec-" + name + ".scope", "TasksMax"));
        Shell.must(command, "--root", root, "--systemd-cgroup", "delete", "--force", name);
        assertFalse(units().contains(name), units());
    }
}
