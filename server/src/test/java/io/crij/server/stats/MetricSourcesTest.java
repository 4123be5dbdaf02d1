package io.crij.server.stats;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crij.cri.v1.MetricType;
import io.crij.linux.CgroupTree;
import io.crij.sandbox.ContainerConfig;
import io.crij.sandbox.ContainerMetadata;
import io.crij.sandbox.ContainerRecord;
import io.crij.sandbox.ContainerResources;
import io.crij.sandbox.ContainerStatus;
import io.crij.sandbox.ContainerUser;
import io.crij.sandbox.DnsConfig;
import io.crij.sandbox.PodConfig;
import io.crij.sandbox.PodMetadata;
import io.crij.sandbox.PodNamespaceModes;
import io.crij.sandbox.PodNetwork;
import io.crij.sandbox.PodPaths;
import io.crij.sandbox.PodRecord;
import io.crij.sandbox.PodSecurity;
import io.crij.sandbox.PodState;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MetricSourcesTest {
    private static final Path HERE = Path.of("/nowhere");
    private static final List<MetricSource> ALL = List.of(
            new CpuMetrics(),
            new MemoryMetrics(),
            new IoMetrics(),
            new OomMetrics(),
            new SpecMetrics(),
            new PressureMetrics());

    @TempDir
    Path root;

    private FakeCgroups cgroups;

    @BeforeEach
    void make() {
        cgroups = new FakeCgroups(root);
    }

    @Test
    void versionTwo() throws Exception {
        write("cpu.stat", """
            usage_usec 5000000
            user_usec 3000000
            system_usec 2000000
            nr_periods 10
            nr_throttled 4
            throttled_usec 7000000
            """);
        write(
                "memory.stat",
                "file 1\nanon 2\nfile_mapped 3\ninactive_file 4\nactive_file 5\npgfault 6\npgmajfault 7\nkernel 8\n");
        write("memory.current", "100\n");
        write("memory.peak", "200\n");
        write("memory.events", "low 0\nhigh 0\nmax 9\noom 1\noom_kill 3\n");
        write("io.stat", "250:7 rbytes=10 wbytes=20 rios=1 wios=2 dbytes=0 dios=0\n");
        write(
                "io.pressure",
                "some avg10=0.00 avg60=0.00 avg300=0.00 total=3000000\n"
                        + "full avg10=0.00 avg60=0.00 avg300=0.00 total=2000000\n");
        var values = values(cgroups.v2());
        assertEquals(5, values.get("container_cpu_usage_seconds_total{total}"));
        assertEquals(3, values.get("container_cpu_user_seconds_total{}"));
        assertEquals(4, values.get("container_cpu_cfs_throttled_periods_total{}"));
        assertEquals(7, values.get("container_cpu_cfs_throttled_seconds_total{}"));
        assertEquals(96, values.get("container_memory_working_set_bytes{}"));
        assertEquals(8, values.get("container_memory_kernel_usage{}"));
        assertEquals(200, values.get("container_memory_max_usage_bytes{}"));
        assertEquals(9, values.get("container_memory_failcnt{}"));
        assertEquals(0, values.get("container_memory_swap{}"));
        assertEquals(7, values.get("container_memory_failures_total{pgmajfault,hierarchy}"));
        assertEquals(3, values.get("container_oom_events_total{}"));
        assertEquals(20, values.get("container_fs_writes_bytes_total{250:7}"));
        assertEquals(1, values.get("container_fs_reads_total{250:7}"));
        assertEquals(10, values.get("container_blkio_device_usage_total{250:7,250,7,Read}"));
        assertEquals(3, values.get("container_pressure_io_waiting_seconds_total{}"));
        assertEquals(2, values.get("container_pressure_io_stalled_seconds_total{}"));
        assertFalse(values.containsKey("container_pressure_cpu_waiting_seconds_total{}"));
        assertEquals(20_000, values.get("container_spec_cpu_quota{}"));
        assertEquals(1_024, values.get("container_spec_cpu_shares{}"));
        assertEquals(1_000, values.get("container_start_time_seconds{}"));
    }

    @Test
    void olderKernelsSayWhatTheKernelUsesInParts() throws Exception {
        write("memory.stat", "kernel_stack 1\npagetables 2\nslab 4\n");
        assertEquals(7, values(cgroups.v2()).get("container_memory_kernel_usage{}"));
    }

    @Test
    void versionOne() throws Exception {
        cgroups.write("cpuacct", "/c", "cpuacct.usage", "5000000000\n");
        cgroups.write("cpuacct", "/c", "cpuacct.usage_user", "3000000000\n");
        cgroups.write("cpu", "/c", "cpu.stat", "nr_periods 10\nnr_throttled 4\nthrottled_time 7000000000\n");
        cgroups.write("memory", "/c", "memory.stat", "total_rss 2\ntotal_swap 11\npgfault 5\ntotal_pgfault 6\n");
        cgroups.write("memory", "/c", "memory.usage_in_bytes", "100\n");
        cgroups.write("memory", "/c", "memory.failcnt", "9\n");
        cgroups.write("memory", "/c", "memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 3\n");
        cgroups.write(
                "blkio",
                "/c",
                "blkio.throttle.io_service_bytes",
                "250:7 Read 10\n250:7 Write 20\n250:7 Sync 30\nTotal 30\n");
        cgroups.write("blkio", "/c", "blkio.throttle.io_serviced_recursive", "250:7 Read 1\n250:7 Write 2\n");
        var values = values(cgroups.v1("cpu", "cpuacct", "memory", "blkio"));
        assertEquals(5, values.get("container_cpu_usage_seconds_total{total}"));
        assertEquals(7, values.get("container_cpu_cfs_throttled_seconds_total{}"));
        assertEquals(100, values.get("container_memory_usage_bytes{}"));
        assertEquals(11, values.get("container_memory_swap{}"));
        assertEquals(9, values.get("container_memory_failcnt{}"));
        assertEquals(5, values.get("container_memory_failures_total{pgfault,container}"));
        assertEquals(6, values.get("container_memory_failures_total{pgfault,hierarchy}"));
        assertEquals(3, values.get("container_oom_events_total{}"));
        assertEquals(20, values.get("container_blkio_device_usage_total{250:7,250,7,Write}"));
        assertEquals(2, values.get("container_fs_writes_total{250:7}"));
    }

    @Test
    void whatIsGivenIsDescribedWithItsLabelsAndType() throws Exception {
        versionTwo();
        var families = new TreeMap<String, Family>();
        ALL.forEach(source -> source.families().forEach(family -> families.put(family.name(), family)));
        for (var metric : sink(cgroups.v2()).metrics()) {
            var family = families.get(metric.getName());
            assertEquals(family.descriptor().getLabelKeysCount(), metric.getLabelValuesCount(), metric.getName());
            assertEquals(
                    metric.getName().endsWith("_total") || metric.getName().endsWith("failcnt")
                            ? MetricType.COUNTER
                            : MetricType.GAUGE,
                    metric.getMetricType(),
                    metric.getName());
            assertEquals(
                    List.of("c1", "busybox", "ns", "web", "main"),
                    metric.getLabelValuesList().subList(0, 5));
            assertEquals(0, metric.getTimestamp());
        }
    }

    @Test
    void hugePagesAreNamedAsTheKernelDoes() throws Exception {
        java.nio.file.Files.createDirectories(root.resolve("sizes/hugepages-2048kB"));
        java.nio.file.Files.createDirectories(root.resolve("sizes/hugepages-1048576kB"));
        write("hugetlb.2MB.current", "4194304\n");
        write("hugetlb.1GB.current", "0\n");
        var sink = MetricSink.of(pod(), container());
        new HugetlbMetrics(root.resolve("sizes"))
                .add(container(), new CgroupFacts(cgroups.v2(), "/c", new FileText()), sink);
        var values = values(sink);
        assertEquals(4194304, values.get("container_hugetlb_usage_bytes{2MB}"));
        assertEquals(0, values.get("container_hugetlb_usage_bytes{1GB}"));
        assertEquals(2, values.size());
    }

    @Test
    void namesAreUnique() {
        var names = ALL.stream()
                .flatMap(source -> source.families().stream())
                .map(Family::name)
                .toList();
        assertEquals(names.size(), names.stream().distinct().count());
        assertTrue(NetworkMetrics.families().noneMatch(family -> names.contains(family.name())));
    }

    private void write(String file, String text) throws Exception {
        cgroups.write("unified", "/c/container", file, text);
    }

    private Map<String, Long> values(CgroupTree tree) throws Exception {
        return values(sink(tree));
    }

    private static Map<String, Long> values(MetricSink sink) {
        var values = new TreeMap<String, Long>();
        sink.metrics()
                .forEach(metric -> values.put(
                        metric.getName() + "{"
                                + String.join(
                                        ",",
                                        metric.getLabelValuesList()
                                                .subList(Family.BASE.size(), metric.getLabelValuesCount()))
                                + "}",
                        metric.getValue().getValue()));
        return values;
    }

    private MetricSink sink(CgroupTree tree) throws Exception {
        var sink = MetricSink.of(pod(), container());
        var facts = new CgroupFacts(tree, "/c", new FileText());
        for (var source : ALL) {
            source.add(container(), facts, sink);
        }
        return sink;
    }

    private static ContainerRecord container() {
        var resources = new ContainerResources(0, 20_000, 0, 0, 0, "", "", Map.of(), Map.of(), 0);
        return new ContainerRecord(
                ContainerRecord.VERSION,
                "c1",
                "p1",
                "main_web_ns",
                new ContainerConfig(
                        new ContainerMetadata("main", 0),
                        "busybox",
                        "busybox",
                        "sha256:1",
                        "busybox@sha256:1",
                        Map.of(),
                        Map.of(),
                        Map.of(),
                        "",
                        false,
                        false,
                        false,
                        List.of(),
                        resources,
                        15,
                        new ContainerUser(0, 0, List.of()),
                        "request"),
                "",
                Instant.EPOCH,
                HERE,
                "/c",
                null,
                resources,
                new ContainerStatus.Running(Instant.ofEpochSecond(1_000), 1));
    }

    private static PodRecord pod() {
        return new PodRecord(
                PodRecord.VERSION,
                "p1",
                new PodConfig(
                        new PodMetadata("web", "uid", "ns", 0),
                        "web",
                        "",
                        DnsConfig.ofHost(),
                        List.of(),
                        Map.of(),
                        Map.of(),
                        "",
                        Map.of(),
                        PodNamespaceModes.ofPod(),
                        PodSecurity.none(),
                        null,
                        null),
                "",
                Instant.EPOCH,
                "web",
                "/crij",
                new PodPaths(null, null, HERE, null, null, HERE, HERE, HERE, HERE, HERE),
                new PodState.Ready(1),
                new PodNetwork.Host(),
                false);
    }
}
