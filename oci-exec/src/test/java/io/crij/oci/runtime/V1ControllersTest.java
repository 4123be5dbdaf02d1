package io.crij.oci.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.crij.oci.cgroup.CgroupHost;
import io.crij.oci.spec.DeviceType;
import io.crij.oci.spec.LinuxResources;
import io.crij.oci.spec.LinuxResources.BlockIO;
import io.crij.oci.spec.LinuxResources.Cpu;
import io.crij.oci.spec.LinuxResources.DeviceCgroup;
import io.crij.oci.spec.LinuxResources.HugepageLimit;
import io.crij.oci.spec.LinuxResources.Memory;
import io.crij.oci.spec.LinuxResources.Pids;
import io.crij.oci.spec.LinuxResources.ThrottleDevice;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What the version 1 groups of a running container say, controller by controller.
class V1ControllersTest extends ContainerTest {
    private static final long MEBIBYTE = 1 << 20;

    private CgroupHost host;
    private String id;

    @BeforeEach
    void needsVersionOne() throws Exception {
        host = CgroupHost.read();
        assumeTrue(!host.hierarchies().isEmpty(), "needs cgroup v1");
    }

    private Shim run(Consumer<LinuxResources.Edit> limits) throws Exception {
        id = box.id("limited");
        var spec = linux(l -> l.resources = LinuxResources.NONE.with(limits)).apply(box.spec(id, "sleep", "1000"));
        Shim shim = box.create(id, spec);
        box.runtime.start(id);
        return shim;
    }

    private Path group(String controller) {
        Path tree = host.hierarchies().get(controller);
        assumeTrue(tree != null, "needs cgroup v1 with " + controller);
        return tree.resolve(box.cgroups()).resolve(id);
    }

    private String value(String file) throws Exception {
        return Files.readString(group(file.substring(0, file.indexOf('.'))).resolve(file))
                .strip();
    }

    @Test
    void processIsInTheGroupOfEveryTree() throws Exception {
        Shim shim = run(r -> {});
        for (String controller : host.hierarchies().keySet()) {
            String processes = Files.readString(group(controller).resolve("cgroup.procs"));
            assertEquals(shim.pid() + "\n", processes, controller);
        }
    }

    @Test
    void cpuTime() throws Exception {
        run(r -> r.cpu = Cpu.of(512L, 50_000L, 200_000L));
        assertEquals("512", value("cpu.shares"));
        assertEquals("50000", value("cpu.cfs_quota_us"));
        assertEquals("200000", value("cpu.cfs_period_us"));
        box.runtime.update(id, LinuxResources.NONE.with(r -> r.cpu = Cpu.of(1024L, 10_000L, 20_000L)));
        assertEquals("1024", value("cpu.shares"));
        assertEquals("10000", value("cpu.cfs_quota_us"));
        assertEquals("20000", value("cpu.cfs_period_us"));
    }

    @Test
    void cpusAndMemoryNodes() throws Exception {
        run(r -> r.cpu = new Cpu(null, null, null, null, null, null, "0", "0", null));
        assertEquals("0", value("cpuset.cpus"));
        assertEquals("0", value("cpuset.mems"));
    }

    @Test
    void memory() throws Exception {
        run(r -> r.memory = new Memory(64 * MEBIBYTE, 32 * MEBIBYTE, 96 * MEBIBYTE, null, null, 10L, true, null, null));
        assertEquals("" + 64 * MEBIBYTE, value("memory.limit_in_bytes"));
        assertEquals("" + 32 * MEBIBYTE, value("memory.soft_limit_in_bytes"));
        assertEquals("" + 96 * MEBIBYTE, value("memory.memsw.limit_in_bytes"));
        assertEquals("10", value("memory.swappiness"));
        assertTrue(value("memory.oom_control").startsWith("oom_kill_disable 1"));
        box.runtime.update(id, LinuxResources.NONE.with(r -> r.memory = Memory.of(128 * MEBIBYTE, 128 * MEBIBYTE)));
        assertEquals("" + 128 * MEBIBYTE, value("memory.limit_in_bytes"));
        assertEquals("" + 128 * MEBIBYTE, value("memory.memsw.limit_in_bytes"));
    }

    @Test
    void numberOfProcesses() throws Exception {
        run(r -> r.pids = new Pids(33L));
        assertEquals("33", value("pids.max"));
        box.runtime.update(id, LinuxResources.NONE.with(r -> r.pids = new Pids(-1L)));
        assertEquals("max", value("pids.max"));
    }

    @Test
    void rateOfABlockDevice() throws Exception {
        List<Path> disks;
        try (var all = Files.list(Path.of("/sys/block"))) {
            disks = all.filter(disk -> Files.exists(disk.resolve("dev")))
                    .sorted()
                    .toList();
        }
        assumeTrue(!disks.isEmpty(), "kernel has no block device");
        String numbers = Files.readString(disks.getFirst().resolve("dev")).strip();
        var rate = new ThrottleDevice(
                Long.parseLong(numbers.split(":")[0]), Long.parseLong(numbers.split(":")[1]), MEBIBYTE);
        var one = List.of(rate);
        run(r -> r.blockIO = new BlockIO(null, null, List.of(), one, List.of(), List.of(), one));
        assertEquals(numbers + " " + MEBIBYTE, value("blkio.throttle.read_bps_device"));
        assertEquals(numbers + " " + MEBIBYTE, value("blkio.throttle.write_iops_device"));
        assertEquals("", value("blkio.throttle.write_bps_device"));
    }

    @Test
    void devices() throws Exception {
        run(r -> r.devices = List.of(
                new DeviceCgroup(false, null, null, null, "rwm"),
                new DeviceCgroup(true, DeviceType.CHARACTER, 10L, 229L, "rw")));
        String list = value("devices.list");
        assertTrue(list.lines().anyMatch("c 10:229 rw"::equals), list);
        assertTrue(list.lines().noneMatch(line -> line.startsWith("a ")), list);
    }

    @Test
    void hugePagesOrWhyNot() throws Exception {
        Consumer<LinuxResources.Edit> limit = r -> r.hugepageLimits = List.of(new HugepageLimit("2MB", 4 * MEBIBYTE));
        if (host.hierarchies().containsKey("hugetlb")) {
            run(limit);
            assertEquals("" + 4 * MEBIBYTE, value("hugetlb.2MB.limit_in_bytes"));
        } else if (!host.unifiedControllers().contains("hugetlb")) {
            var e = assertThrows(OciException.Unsupported.class, () -> run(limit));
            assertTrue(e.getMessage().startsWith("linux.resources.hugepageLimits: this host has no hugetlb"));
        } else {
            run(limit);
            Path group = host.unified().resolve(box.cgroups()).resolve(id);
            assertEquals(
                    "" + 4 * MEBIBYTE,
                    Files.readString(group.resolve("hugetlb.2MB.max")).strip());
        }
    }
}
