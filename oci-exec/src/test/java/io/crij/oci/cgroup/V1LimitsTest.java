package io.crij.oci.cgroup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crij.oci.runtime.OciException;
import io.crij.oci.runtime.OciException.InvalidSpec;
import io.crij.oci.runtime.OciException.Unsupported;
import io.crij.oci.spec.SpecReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class V1LimitsTest {
    private static final Path ROOT = Path.of("/cg");
    private static final CgroupHost HOST = new CgroupHost(
            ROOT.resolve("unified"),
            Map.of(
                    "cpu", ROOT.resolve("cpu"),
                    "cpuset", ROOT.resolve("cpuset"),
                    "memory", ROOT.resolve("memory"),
                    "pids", ROOT.resolve("pids"),
                    "blkio", ROOT.resolve("blkio"),
                    "devices", ROOT.resolve("devices")),
            Set.of("hugetlb"));

    @Test
    void writesEveryLimit() throws Exception {
        assertEquals(
                List.of(
                        "cpuset/c1/cpuset.cpus=0",
                        "cpuset/c1/cpuset.mems=0",
                        "cpu/c1/cpu.shares=512",
                        "cpu/c1/cpu.cfs_period_us=100000",
                        "cpu/c1/cpu.cfs_quota_us=50000",
                        "cpu/c1/cpu.cfs_burst_us=1000",
                        "memory/c1/memory.limit_in_bytes=4096",
                        "memory/c1/memory.memsw.limit_in_bytes=8192",
                        "memory/c1/memory.soft_limit_in_bytes=1000",
                        "memory/c1/memory.swappiness=10",
                        "memory/c1/memory.oom_control=1",
                        "pids/c1/pids.max=20",
                        "blkio/c1/blkio.bfq.weight=500",
                        "blkio/c1/blkio.throttle.read_bps_device=8:0 100",
                        "unified/c1/hugetlb.2MB.max=2097152",
                        "unified/c1/hugetlb.2MB.rsvd.max=2097152?"),
                writes("""
                {"cpu":{"shares":512,"quota":50000,"period":100000,"burst":1000,"cpus":"0","mems":"0"},
                 "memory":{"limit":4096,"reservation":1000,"swap":8192,"swappiness":10,"disableOOMKiller":true,
                  "kernel":5,"useHierarchy":true},
                 "pids":{"limit":20},
                 "blockIO":{"weight":500,"throttleReadBpsDevice":[{"major":8,"minor":0,"rate":100}]},
                 "hugepageLimits":[{"pageSize":"2MB","limit":2097152}]}"""));
    }

    @Test
    void devicesKeepTheOrderOfTheConfigurationAndTheDefaultsFollow() throws Exception {
        List<String> writes = writes("""
                {"devices":[{"allow":false,"access":"rwm"},{"allow":true,"type":"c","major":10,"minor":200,"access":"rw"},
                 {"allow":false,"type":"a","access":"m"}]}""");
        assertEquals(
                List.of(
                        "devices/c1/devices.deny=a",
                        "devices/c1/devices.allow=c 10:200 rw",
                        "devices/c1/devices.deny=b *:* m",
                        "devices/c1/devices.deny=c *:* m",
                        "devices/c1/devices.allow=c *:* m"),
                writes.subList(0, 5));
        assertTrue(writes.contains("devices/c1/devices.allow=c 1:3 rwm"), writes.toString());
    }

    @Test
    void withoutRulesNoDeviceIsRestricted() throws Exception {
        assertEquals(List.of(), writes("{}"));
    }

    @Test
    void raisingMemoryAboveSwapRaisesSwapFirst() throws Exception {
        CurrentValues now = current("memory.memsw.limit_in_bytes", "8192");
        assertEquals(
                List.of("memory/c1/memory.memsw.limit_in_bytes=20000", "memory/c1/memory.limit_in_bytes=10000"),
                writes("{\"memory\":{\"limit\":10000,\"swap\":20000}}", now));
        assertEquals(
                List.of("memory/c1/memory.limit_in_bytes=1000", "memory/c1/memory.memsw.limit_in_bytes=1000?"),
                writes("{\"memory\":{\"limit\":1000,\"swap\":1000}}", now));
        assertEquals(
                List.of("memory/c1/memory.memsw.limit_in_bytes=-1?", "memory/c1/memory.limit_in_bytes=-1"),
                writes("{\"memory\":{\"limit\":-1}}", now));
        var refused = assertThrows(InvalidSpec.class, () -> writes("{\"memory\":{\"limit\":10000}}", now));
        assertTrue(refused.getMessage().contains("set memory.swap as well"), refused.getMessage());
    }

    @Test
    void theStepThatLowersTheShareOfCpuGoesFirst() throws Exception {
        CurrentValues now = current("cpu.cfs_period_us", "100000");
        assertEquals(
                List.of("cpu/c1/cpu.cfs_quota_us=500", "cpu/c1/cpu.cfs_period_us=50000"),
                writes("{\"cpu\":{\"quota\":500,\"period\":50000}}", now));
        assertEquals(
                List.of("cpu/c1/cpu.cfs_period_us=200000", "cpu/c1/cpu.cfs_quota_us=500"),
                writes("{\"cpu\":{\"quota\":500,\"period\":200000}}", now));
    }

    @Test
    void theBurstIsAtNoTimeAboveTheQuota() throws Exception {
        CurrentValues now = current("cpu.cfs_burst_us", "80000");
        assertEquals(
                List.of("cpu/c1/cpu.cfs_burst_us=10000", "cpu/c1/cpu.cfs_quota_us=50000"),
                writes("{\"cpu\":{\"quota\":50000,\"burst\":10000}}", now));
        assertEquals(
                List.of("cpu/c1/cpu.cfs_quota_us=200000", "cpu/c1/cpu.cfs_burst_us=150000"),
                writes("{\"cpu\":{\"quota\":200000,\"burst\":150000}}", now));
    }

    @Test
    void noSharesAreWrittenWhileTheGroupIsIdle() throws Exception {
        assertEquals(
                List.of("cpu/c1/cpu.idle=0", "cpu/c1/cpu.shares=512"), writes("{\"cpu\":{\"shares\":512,\"idle\":0}}"));
        assertEquals(
                List.of("cpu/c1/cpu.shares=512", "cpu/c1/cpu.idle=1"), writes("{\"cpu\":{\"shares\":512,\"idle\":1}}"));
    }

    @Test
    void saysWhatThisHostDoesNotHave() {
        var network = assertThrows(Unsupported.class, () -> writes("{\"network\":{\"classID\":1}}"));
        assertTrue(network.getMessage().contains("no net_cls controller"), network.getMessage());
        assertThrows(Unsupported.class, () -> writes("{\"unified\":{\"memory.high\":\"1\"}}"));
    }

    private static CurrentValues current(String name, String value) {
        return file -> file.endsWith(name) ? Optional.of(value) : Optional.empty();
    }

    private static List<String> writes(String json) throws OciException {
        return writes(json, CurrentValues.NEW_GROUP);
    }

    private static List<String> writes(String json, CurrentValues now) throws OciException {
        var folders = CgroupFolders.of(HOST, "/c1", CgroupLayout.WITH_SHIM);
        return V1Limits.writes(folders, new SpecReader().resources(json.getBytes(StandardCharsets.UTF_8)), now).stream()
                .map(w -> ROOT.relativize(w.file()) + "=" + w.value() + (w.optional() ? "?" : ""))
                .toList();
    }
}
