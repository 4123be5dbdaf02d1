package io.crij.e2e.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.crij.cri.v1.ContainerConfig;
import io.crij.cri.v1.HugepageLimit;
import io.crij.cri.v1.LinuxContainerResources;
import io.crij.cri.v1.UpdateContainerResourcesRequest;
import io.crij.cri.v1.UpdatePodSandboxResourcesRequest;
import io.grpc.Status;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// Limits: in the cgroup, in the status, changed while the container runs, and refused when they cannot be.
@ExtendWith(SharedNode.class)
class ResourcesTest {
    private static final long MIB = 1 << 20;

    private static Consumer<ContainerConfig.Builder> limited(Consumer<LinuxContainerResources.Builder> change) {
        return c -> change.accept(c.getLinuxBuilder().getResourcesBuilder());
    }

    private static LinuxContainerResources resources(Lab lab, String id) {
        return lab.pods().status(id).getResources().getLinux();
    }

    private static void update(Lab lab, String id, Consumer<LinuxContainerResources.Builder> change) {
        var request = UpdateContainerResourcesRequest.newBuilder().setContainerId(id);
        change.accept(request.getLinuxBuilder());
        lab.runtime().updateContainerResources(request.build());
    }

    private static String cpuMax(Cgroup cgroup) {
        return Cgroup.isV2()
                ? cgroup.value("", "cpu.max")
                : cgroup.value("cpu/cpu.cfs_quota_us", "") + " " + cgroup.value("cpu/cpu.cfs_period_us", "");
    }

    /// As runtimes turn shares into weights; both known forms are allowed for, since the one was replaced by the other.
    private static void assertShares(long shares, Cgroup cgroup) {
        if (!Cgroup.isV2()) {
            assertEquals("" + shares, cgroup.value("cpu/cpu.shares", ""));
            return;
        }
        long weight = Long.parseLong(cgroup.value("", "cpu.weight"));
        long linear = 1 + (shares - 2) * 9999 / 262142;
        double log = Math.log(shares) / Math.log(2);
        long curved = (long) Math.ceil(Math.pow(10, (log * log + 125 * log) / 612.0 - 7.0 / 34.0));
        assertTrue(weight == linear || weight == curved, "weight " + weight + " for " + shares + " shares");
    }

    @Test
    void limitsAreInTheCgroupAndInTheStatus(Lab lab) {
        var id = lab.pod("limits")
                .start(
                        "main",
                        limited(r -> r.setCpuShares(512)
                                .setCpuQuota(50_000)
                                .setCpuPeriod(100_000)
                                .setMemoryLimitInBytes(64 * MIB)
                                .setCpusetCpus("0")
                                .setOomScoreAdj(777)),
                        "sleep",
                        "100");
        var cgroup = Cgroup.of(lab, id);
        assertEquals("50000 100000", cpuMax(cgroup));
        assertShares(512, cgroup);
        assertEquals("" + 64 * MIB, cgroup.value("memory/memory.limit_in_bytes", "memory.max"));
        assertEquals("0", cgroup.value("cpuset/cpuset.cpus", "cpuset.cpus"));
        assertEquals("777", cgroup.oomScoreAdjustment());
        var told = resources(lab, id);
        assertEquals(512, told.getCpuShares());
        assertEquals(50_000, told.getCpuQuota());
        assertEquals(100_000, told.getCpuPeriod());
        assertEquals(64 * MIB, told.getMemoryLimitInBytes());
        assertEquals("0", told.getCpusetCpus());
        assertEquals(777, told.getOomScoreAdj());
    }

    @Test
    void aRunningContainerIsChangedAndTheRestStays(Lab lab) {
        var id = lab.pod("change")
                .start(
                        "main",
                        limited(r -> r.setCpuShares(512)
                                .setCpuQuota(50_000)
                                .setCpuPeriod(100_000)
                                .setMemoryLimitInBytes(64 * MIB)),
                        "sleep",
                        "100");
        update(lab, id, r -> r.setMemoryLimitInBytes(96 * MIB));
        var cgroup = Cgroup.of(lab, id);
        assertEquals("" + 96 * MIB, cgroup.value("memory/memory.limit_in_bytes", "memory.max"));
        assertEquals("50000 100000", cpuMax(cgroup));
        update(lab, id, r -> r.setCpuQuota(20_000).setCpuPeriod(50_000).setCpuShares(1024));
        assertEquals("20000 50000", cpuMax(cgroup));
        assertShares(1024, cgroup);
        var told = resources(lab, id);
        assertEquals(96 * MIB, told.getMemoryLimitInBytes());
        assertEquals(20_000, told.getCpuQuota());
        assertEquals(1024, told.getCpuShares());
        // without a limit again
        update(lab, id, r -> r.setCpuQuota(-1).setMemoryLimitInBytes(-1));
        assertTrue(cpuMax(cgroup).startsWith(Cgroup.isV2() ? "max" : "-1"), cpuMax(cgroup));
        var memory = cgroup.value("memory/memory.limit_in_bytes", "memory.max");
        assertTrue(memory.equals("max") || Long.parseLong(memory) > 1L << 50, memory);
    }

    @Test
    void aCreatedContainerIsChangedBeforeItStarts(Lab lab) {
        var pod = lab.pod("created");
        var id = pod.create("main", limited(r -> r.setMemoryLimitInBytes(64 * MIB)), "sleep", "100");
        update(lab, id, r -> r.setMemoryLimitInBytes(80 * MIB));
        lab.pods().start(id);
        assertEquals("" + 80 * MIB, Cgroup.of(lab, id).value("memory/memory.limit_in_bytes", "memory.max"));
        assertEquals(80 * MIB, resources(lab, id).getMemoryLimitInBytes());
    }

    @Test
    void aChangeThatFailsChangesNothing(Lab lab) {
        var id = lab.pod("transaction")
                .start("main", limited(r -> r.setMemoryLimitInBytes(64 * MIB).setCpuShares(512)), "sleep", "100");
        var before = resources(lab, id);
        Lab.refused(
                Status.Code.INVALID_ARGUMENT,
                "cpu_quota",
                () -> update(lab, id, r -> r.setCpuShares(1024).setCpuQuota(-7)));
        // one that only the kernel refuses: there are no such CPUs
        var failure = org.junit.jupiter.api.Assertions.assertThrows(
                io.grpc.StatusRuntimeException.class,
                () -> update(
                        lab,
                        id,
                        r -> r.setCpuShares(2048)
                                .setMemoryLimitInBytes(70 * MIB)
                                .setCpusetCpus("4000")));
        assertTrue(String.valueOf(failure.getMessage()).contains("cpuset"), failure.getMessage());
        var cgroup = Cgroup.of(lab, id);
        assertEquals("" + 64 * MIB, cgroup.value("memory/memory.limit_in_bytes", "memory.max"));
        assertShares(512, cgroup);
        assertEquals(before, resources(lab, id));
    }

    @Test
    void whatCannotBeIsRefused(Lab lab) {
        var pod = lab.pod("refused");
        var invalid = Status.Code.INVALID_ARGUMENT;
        record Wrong(String field, Consumer<LinuxContainerResources.Builder> change) {}
        for (var wrong : new Wrong[] {
            new Wrong("cpu_shares", r -> r.setCpuShares(-1)),
            new Wrong("cpu_period", r -> r.setCpuPeriod(Long.MIN_VALUE)),
            new Wrong("cpu_quota", r -> r.setCpuQuota(-2)),
            new Wrong("memory_limit_in_bytes", r -> r.setMemoryLimitInBytes(-2)),
            new Wrong("memory_limit_in_bytes", r -> r.setMemoryLimitInBytes(1000)),
            new Wrong("memory_swap_limit_in_bytes", r -> r.setMemorySwapLimitInBytes(Long.MIN_VALUE)),
            new Wrong(
                    "memory_swap_limit_in_bytes",
                    r -> r.setMemoryLimitInBytes(64 * MIB).setMemorySwapLimitInBytes(MIB)),
            new Wrong("memory_swap_limit_in_bytes", r -> r.setMemorySwapLimitInBytes(64 * MIB)),
            new Wrong("oom_score_adj", r -> r.setOomScoreAdj(1001)),
            new Wrong("oom_score_adj", r -> r.setOomScoreAdj(Long.MIN_VALUE)),
            new Wrong(
                    "page_size",
                    r -> r.addHugepageLimits(HugepageLimit.newBuilder().setPageSize("2 of them")))
        }) {
            Lab.refused(invalid, wrong.field(), () -> pod.create("wrong", limited(wrong.change()), "true"));
        }
        var id = pod.start("main", "sleep", "100");
        Lab.refused(invalid, "cpu_shares", () -> update(lab, id, r -> r.setCpuShares(-1)));
        Lab.refused(invalid, "oom_score_adj", () -> update(lab, id, r -> r.setOomScoreAdj(5000)));
        Lab.refused(Status.Code.NOT_FOUND, "ffffffff", () -> update(lab, "ffffffff", r -> r.setCpuShares(10)));
        lab.pods().stop(id, 0);
        Lab.refused(Status.Code.FAILED_PRECONDITION, "exited", () -> update(lab, id, r -> r.setCpuShares(10)));
    }

    @Test
    void largestNumbersAreNoError(Lab lab) {
        var pod = lab.pod("largest");
        var ended = pod.run(
                "main",
                limited(r -> r.setMemoryLimitInBytes(Long.MAX_VALUE).setCpuShares(Long.MAX_VALUE)),
                "echo",
                "fine");
        assertEquals("fine", ended.output());
    }

    @Test
    void swapIsWhatTheRequestGrants(Lab lab) {
        var pod = lab.pod("swap");
        var none = Cgroup.of(lab, pod.start("none", limited(r -> r.setMemoryLimitInBytes(64 * MIB)), "sleep", "100"));
        assumeTrue(
                none.has("memory/memory.memsw.limit_in_bytes", "memory.swap.max"),
                "the kernel has no accounting of swap");
        assertEquals(
                Cgroup.isV2() ? "0" : "" + 64 * MIB,
                none.value("memory/memory.memsw.limit_in_bytes", "memory.swap.max"));
        var some = Cgroup.of(
                lab,
                pod.start(
                        "some",
                        limited(r -> r.setMemoryLimitInBytes(64 * MIB).setMemorySwapLimitInBytes(80 * MIB)),
                        "sleep",
                        "100"));
        assertEquals(
                "" + (Cgroup.isV2() ? 16 * MIB : 80 * MIB),
                some.value("memory/memory.memsw.limit_in_bytes", "memory.swap.max"));
    }

    @Test
    void hugePagesAreLimited(Lab lab) {
        assumeTrue(
                Files.isDirectory(Path.of("/sys/kernel/mm/hugepages/hugepages-2048kB")) && Cgroup.hasHugepages(),
                "the kernel has no huge pages with a cgroup controller");
        var id = lab.pod("huge")
                .start(
                        "main",
                        limited(r -> r.addHugepageLimits(
                                HugepageLimit.newBuilder().setPageSize("2MB").setLimit(4 * MIB))),
                        "sleep",
                        "100");
        var cgroup = Cgroup.of(lab, id);
        assertEquals("" + 4 * MIB, cgroup.value("hugetlb/hugetlb.2MB.limit_in_bytes", "hugetlb.2MB.max"));
    }

    @Test
    void sumsOfAPodAreTaken(Lab lab) {
        var pod = lab.pod("sums");
        lab.runtime()
                .updatePodSandboxResources(UpdatePodSandboxResourcesRequest.newBuilder()
                        .setPodSandboxId(pod.id())
                        .setResources(LinuxContainerResources.newBuilder().setMemoryLimitInBytes(100 * MIB))
                        .build());
        Lab.refused(
                Status.Code.NOT_FOUND,
                "ffffffff",
                () -> lab.runtime()
                        .updatePodSandboxResources(UpdatePodSandboxResourcesRequest.newBuilder()
                                .setPodSandboxId("ffffffff")
                                .build()));
    }
}
