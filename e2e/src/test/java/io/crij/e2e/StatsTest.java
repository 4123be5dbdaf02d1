package io.crij.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.crij.cri.v1.ContainerStats;
import io.crij.cri.v1.ContainerStatsFilter;
import io.crij.cri.v1.ContainerStatsRequest;
import io.crij.cri.v1.LinuxContainerResources;
import io.crij.cri.v1.ListContainerStatsRequest;
import io.crij.cri.v1.ListMetricDescriptorsRequest;
import io.crij.cri.v1.ListPodSandboxMetricsRequest;
import io.crij.cri.v1.ListPodSandboxStatsRequest;
import io.crij.cri.v1.MetricDescriptor;
import io.crij.cri.v1.NamespaceMode;
import io.crij.cri.v1.PodSandboxConfig;
import io.crij.cri.v1.PodSandboxStats;
import io.crij.cri.v1.PodSandboxStatsFilter;
import io.crij.cri.v1.PodSandboxStatsRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What containers and pods use, over the socket: the numbers move as the work does.
class StatsTest {
    private static final long MIB = 1 << 20;
    private static final long LIMIT = 256 * MIB;
    private static final Duration SOON = Duration.ofSeconds(60);

    private static Node node;
    private static String image;

    private PodSandboxConfig config;
    private String pod;

    @BeforeAll
    static void startNode() {
        node = Node.start();
        image = node.registry().push(TestImage.busybox("e2e/stats:1"));
        node.pods().pull(image);
    }

    @AfterAll
    static void closeNode() {
        node.close();
    }

    @BeforeEach
    void runPod() {
        config = node.pods().config("stats", NamespaceMode.POD).build();
        pod = node.pods().run(config);
    }

    @AfterEach
    void removePod() {
        node.pods().stopPod(pod);
        node.pods().removePod(pod);
    }

    @Test
    void aBusyContainerUsesCpuAndItsRateIsKnownSoon() {
        var busy = start("busy", "while :; do :; done");
        grows(
                "CPU time",
                busy,
                stats -> stats.getCpu().getUsageCoreNanoSeconds().getValue());
        Waiting.until(
                "the rate is known",
                SOON,
                () -> stats(busy).getCpu().getUsageNanoCores().getValue() > 0,
                () -> stats(busy).toString());
        assertTrue(podStats().getLinux().getCpu().getUsageNanoCores().getValue() > 0);
        var used = podStats().getLinux().getCpu().getUsageCoreNanoSeconds().getValue();
        assertTrue(used > 0
                && used >= stats(busy).getCpu().getUsageCoreNanoSeconds().getValue() / 2);
    }

    @Test
    void memoryIsCountedAgainstTheLimit() {
        var container = start("memory", "while :; do sleep 1; done");
        long before = stats(container).getMemory().getUsageBytes().getValue();
        node.pods().exec(container, "dd", "if=/dev/zero", "of=/dev/shm/ballast", "bs=1M", "count=24");
        var memory = stats(container).getMemory();
        assertTrue(memory.getUsageBytes().getValue() - before > 20 * MIB, before + " → " + memory);
        assertTrue(
                memory.getWorkingSetBytes().getValue() <= memory.getUsageBytes().getValue(), memory.toString());
        assertEquals(
                LIMIT - memory.getWorkingSetBytes().getValue(),
                memory.getAvailableBytes().getValue());
        assertTrue(memory.getPageFaults().getValue() > 0, memory.toString());
        assertTrue(podStats().getLinux().getMemory().getUsageBytes().getValue() > 20 * MIB);
    }

    @Test
    void whatIsWrittenIsCountedInTheBackground() {
        var container = start("writer", "while :; do sleep 1; done");
        node.pods().exec(container, "dd", "if=/dev/zero", "of=/written", "bs=1M", "count=6");
        Waiting.until(
                "the writable layer is counted",
                SOON,
                () -> stats(container).getWritableLayer().getUsedBytes().getValue() >= 6 * MIB,
                () -> stats(container).toString());
        assertTrue(stats(container).getWritableLayer().getInodesUsed().getValue() >= 2);
        assertTrue(stats(container).getWritableLayer().getTimestamp() > 0);
    }

    @Test
    void networkOfThePodIsThatOfTheDefaultRoute() {
        var container = start("sender", "while :; do sleep 1; done");
        var before = podStats().getLinux().getNetwork().getDefaultInterface();
        assertEquals("eth0", before.getName());
        node.pods().exec(container, "sh", "-c", "nc -w 1 10.123.0.1 9 </dev/null; true");
        Waiting.until(
                "bytes are sent",
                SOON,
                () -> podStats()
                                .getLinux()
                                .getNetwork()
                                .getDefaultInterface()
                                .getTxBytes()
                                .getValue()
                        > before.getTxBytes().getValue(),
                () -> podStats().toString());
    }

    @Test
    void processesOfThePodAreCounted() {
        start("one", "sleep 1000 & sleep 1000 & wait");
        Waiting.until(
                "four processes: the shell, two sleeps, the pause process",
                SOON,
                () -> podStats().getLinux().getProcess().getProcessCount().getValue() == 4,
                () -> podStats().toString());
    }

    @Test
    void pressureIsToldWhereTheKernelHasIt() {
        assumeTrue(
                node.isCrij() && Files.exists(Path.of("/proc/pressure/cpu")),
                "needs crij and a kernel with pressure stall information");
        var container = start("pressed", "while :; do :; done");
        var stats = stats(container);
        assertTrue(stats.getCpu().hasPsi(), stats.toString());
        assertTrue(stats.getMemory().getPsi().hasSome(), stats.toString());
        assertTrue(stats.getIo().getPsi().hasFull(), stats.toString());
    }

    @Test
    void listsHaveWhatRunsAndWhatTheFilterLetsThrough() {
        var running = start("running", "while :; do sleep 1; done");
        var ended = start("ended", "exit 0");
        node.pods().awaitEnd(ended);
        assertEquals(List.of(running), ids(ContainerStatsFilter.newBuilder().setPodSandboxId(pod)));
        assertEquals(List.of(running), ids(ContainerStatsFilter.newBuilder().setId(running)));
        assertEquals(List.of(), ids(ContainerStatsFilter.newBuilder().setId("ffff")));
        assertEquals(
                List.of(), ids(ContainerStatsFilter.newBuilder().setId(running).putLabelSelector("no", "such")));
        var pods = node.pods()
                .client()
                .runtime()
                .listPodSandboxStats(ListPodSandboxStatsRequest.newBuilder()
                        .setFilter(PodSandboxStatsFilter.newBuilder().putLabelSelector("e2e", "stats"))
                        .build());
        assertEquals(
                List.of(pod),
                pods.getStatsList().stream()
                        .map(stats -> stats.getAttributes().getId())
                        .toList());
        assertEquals(1, pods.getStats(0).getLinux().getContainersCount());
    }

    @Test
    void anEndedContainerIsNamedAndUsesNothing() {
        assumeTrue(node.isCrij(), "needs crij: containerd fails here");
        var ended = start("ended", "echo x >/written");
        node.pods().awaitEnd(ended);
        var stats = stats(ended);
        assertEquals("ended", stats.getAttributes().getMetadata().getName());
        assertFalse(stats.hasCpu());
        assertFalse(stats.hasMemory());
    }

    @Test
    void metricsAreThoseThatAreDescribed() {
        var container = start("metrics", "while :; do sleep 1; done");
        var runtime = node.pods().client().runtime();
        var described =
                runtime
                        .listMetricDescriptors(ListMetricDescriptorsRequest.getDefaultInstance())
                        .getDescriptorsList()
                        .stream()
                        .collect(Collectors.toMap(MetricDescriptor::getName, MetricDescriptor::getLabelKeysCount));
        var ours =
                runtime
                        .listPodSandboxMetrics(ListPodSandboxMetricsRequest.getDefaultInstance())
                        .getPodMetricsList()
                        .stream()
                        .filter(metrics -> metrics.getPodSandboxId().equals(pod))
                        .findFirst()
                        .orElseThrow();
        assertEquals(container, ours.getContainerMetrics(0).getContainerId());
        var names = ours.getContainerMetrics(0).getMetricsList().stream()
                .peek(metric ->
                        assertEquals(described.get(metric.getName()), metric.getLabelValuesCount(), metric.getName()))
                .map(metric -> metric.getName())
                .collect(Collectors.toSet());
        assertTrue(
                names.containsAll(List.of(
                        "container_cpu_usage_seconds_total",
                        "container_memory_working_set_bytes",
                        "container_oom_events_total",
                        "container_processes",
                        "container_threads",
                        "container_file_descriptors",
                        "container_spec_memory_limit_bytes",
                        "container_fs_limit_bytes",
                        "container_start_time_seconds",
                        "container_last_seen")),
                names.toString());
        assertTrue(ours.getMetricsList().stream()
                .anyMatch(metric -> metric.getName().equals("container_network_receive_bytes_total")
                        && metric.getLabelValuesList().contains("eth0")));
    }

    private void grows(String what, String container, ToLongFunction<ContainerStats> number) {
        long before = number.applyAsLong(stats(container));
        Waiting.until(
                what + " grows",
                SOON,
                () -> number.applyAsLong(stats(container)) > before,
                () -> stats(container).toString());
    }

    private String start(String name, String script) {
        var wanted = Pods.container(name, image, NamespaceMode.POD, List.of("sh", "-c", script));
        wanted.getLinuxBuilder()
                .setResources(LinuxContainerResources.newBuilder()
                        .setMemoryLimitInBytes(LIMIT)
                        .setCpuPeriod(100_000)
                        .setCpuQuota(100_000));
        var container = node.pods().create(pod, config, wanted.build());
        node.pods().start(container);
        return container;
    }

    private static ContainerStats stats(String container) {
        return node.pods()
                .client()
                .runtime()
                .containerStats(ContainerStatsRequest.newBuilder()
                        .setContainerId(container)
                        .build())
                .getStats();
    }

    private PodSandboxStats podStats() {
        return node.pods()
                .client()
                .runtime()
                .podSandboxStats(
                        PodSandboxStatsRequest.newBuilder().setPodSandboxId(pod).build())
                .getStats();
    }

    private static List<String> ids(ContainerStatsFilter.Builder filter) {
        return node
                .pods()
                .client()
                .runtime()
                .listContainerStats(
                        ListContainerStatsRequest.newBuilder().setFilter(filter).build())
                .getStatsList()
                .stream()
                .map(stats -> stats.getAttributes().getId())
                .toList();
    }
}
