package io.crij.oci.cgroup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crij.oci.runtime.OciException;
import io.crij.oci.runtime.OciException.InvalidSpec;
import io.crij.oci.runtime.OciException.Unsupported;
import io.crij.oci.spec.LinuxResources;
import io.crij.oci.spec.SpecReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class V2LimitsTest {
    private static final Path GROUP = Path.of("/cg/pod/c1");

    @Test
    void writesEveryLimitInTheUnitsOfVersion2() throws Exception {
        assertEquals(
                List.of(
                        "cpu.idle=0",
                        "cpu.weight=59",
                        "cpu.max=50000 200000",
                        "cpu.max.burst=1000",
                        "cpuset.cpus=0-1",
                        "cpuset.mems=0",
                        "memory.low=1000",
                        "memory.max=4096",
                        "memory.swap.max=4096",
                        "pids.max=20",
                        "io.weight=default 91",
                        "io.weight=8:0 10000",
                        "io.max=8:0 rbps=100",
                        "io.max=8:16 wiops=max",
                        "hugetlb.2MB.max=2097152",
                        "hugetlb.2MB.rsvd.max=2097152?",
                        "rdma.max=mlx5_1 hca_handle=3 hca_object=10000",
                        "memory.high=3000"),
                writes("""
                {"cpu":{"shares":512,"quota":50000,"period":200000,"burst":1000,"idle":0,"cpus":"0-1","mems":"0"},
                 "memory":{"limit":4096,"reservation":1000,"swap":8192},"pids":{"limit":20},
                 "blockIO":{"weight":19,"weightDevice":[{"major":8,"minor":0,"weight":1000}],
                  "throttleReadBpsDevice":[{"major":8,"minor":0,"rate":100}],
                  "throttleWriteIOPSDevice":[{"major":8,"minor":16,"rate":0}]},
                 "hugepageLimits":[{"pageSize":"2MB","limit":2097152}],
                 "rdma":{"mlx5_1":{"hcaHandles":3,"hcaObjects":10000}},
                 "unified":{"memory.high":"3000"}}"""));
    }

    @Test
    void minusOneIsNoLimit() throws Exception {
        assertEquals(
                List.of("cpu.max=max 100000", "memory.max=max", "memory.swap.max=max?", "pids.max=max"), writes("""
                {"cpu":{"quota":-1},"memory":{"limit":-1,"swap":-1},"pids":{"limit":-1}}"""));
    }

    @Test
    void memoryWithoutALimitIsSwapWithoutOne() throws Exception {
        assertEquals(List.of("memory.max=max", "memory.swap.max=max?"), writes("{\"memory\":{\"limit\":-1}}"));
    }

    @Test
    void theBurstIsAtNoTimeAboveTheQuota() throws Exception {
        CurrentValues now = file -> file.endsWith("cpu.max.burst") ? Optional.of("80000") : Optional.empty();
        assertEquals(
                List.of("cpu.max.burst=10000", "cpu.max=50000 100000"),
                writes("{\"cpu\":{\"quota\":50000,\"burst\":10000}}", now));
        assertEquals(
                List.of("cpu.max=200000 100000", "cpu.max.burst=150000"),
                writes("{\"cpu\":{\"quota\":200000,\"burst\":150000}}", now));
    }

    @Test
    void noWeightIsWrittenWhileTheGroupIsIdle() throws Exception {
        assertEquals(List.of("cpu.idle=0", "cpu.weight=59"), writes("{\"cpu\":{\"shares\":512,\"idle\":0}}"));
        assertEquals(List.of("cpu.weight=59", "cpu.idle=1"), writes("{\"cpu\":{\"shares\":512,\"idle\":1}}"));
    }

    @Test
    void zeroChangesNothing() throws Exception {
        assertEquals(List.of(), writes("""
                {"cpu":{"shares":0,"quota":0,"period":0,"cpus":""},"memory":{"limit":0,"swap":0},"pids":{"limit":0}}"""));
    }

    @Test
    void updateOfTheQuotaKeepsThePeriodThatIsSet() throws Exception {
        CurrentValues now = file -> file.endsWith("cpu.max") ? Optional.of("max 50000") : Optional.empty();
        assertEquals(List.of("cpu.max=1000 50000"), writes("{\"cpu\":{\"quota\":1000}}", now));
    }

    @Test
    void updateOfSwapCountsFromTheLimitThatIsSet() throws Exception {
        CurrentValues now = file -> file.endsWith("memory.max") ? Optional.of("4096") : Optional.empty();
        assertEquals(List.of("memory.swap.max=4096"), writes("{\"memory\":{\"swap\":8192}}", now));
    }

    @Test
    void noSwapAtAllMayBeImpossibleToSay() throws Exception {
        assertEquals(
                List.of("memory.max=4096", "memory.swap.max=0?"),
                writes("{\"memory\":{\"limit\":4096,\"swap\":4096}}"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', quoteCharacter = '^', textBlock = """
            {"cpu":{"period":999}}                        ; linux.resources.cpu.period
            {"cpu":{"quota":-2}}                          ; linux.resources.cpu.quota
            {"cpu":{"shares":-1}}                         ; linux.resources.cpu.shares
            {"cpu":{"idle":2}}                            ; linux.resources.cpu.idle
            {"cpu":{"cpus":"0-"}}                         ; linux.resources.cpu.cpus
            {"cpu":{"mems":"a"}}                          ; linux.resources.cpu.mems
            {"memory":{"limit":-2}}                       ; linux.resources.memory.limit
            {"memory":{"limit":10,"swap":9}}              ; linux.resources.memory.swap
            {"memory":{"swap":9}}                         ; linux.resources.memory.swap
            {"blockIO":{"weight":9}}                      ; linux.resources.blockIO.weight
            {"hugepageLimits":[{"pageSize":"../x","limit":1}]}; linux.resources.hugepageLimits.pageSize
            {"unified":{"../memory.max":"1"}}             ; linux.resources.unified
            {"unified":{"cgroup.procs":"1"}}              ; linux.resources.unified""")
    void refusesWhatNoKernelTakes(String resources, String path) {
        var refused = assertThrows(InvalidSpec.class, () -> writes(resources));
        assertEquals(path, refused.path());
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', quoteCharacter = '^', textBlock = """
            {"cpu":{"realtimeRuntime":1000}}              ; realtime
            {"memory":{"swappiness":10}}                  ; swappiness
            {"memory":{"disableOOMKiller":true}}          ; disableOOMKiller
            {"network":{"classID":1}}                     ; network""")
    void saysWhatVersion2DoesNotHave(String resources, String said) {
        var refused = assertThrows(Unsupported.class, () -> writes(resources));
        assertTrue(refused.getMessage().contains(said), refused.getMessage());
    }

    @ParameterizedTest
    @CsvSource({"0,1", "2,1", "512,59", "1024,100", "2048,174", "262144,10000", "999999999,10000"})
    void sharesBecomeWeights(long shares, long weight) {
        assertEquals(weight, CpuWeight.ofShares(shares));
    }

    @Test
    void weightsGrowWithShares() {
        for (long shares = 2; shares < 262144; shares++) {
            long weight = CpuWeight.ofShares(shares);
            assertTrue(weight >= 1 && weight <= CpuWeight.ofShares(shares + 1), "at " + shares);
        }
    }

    private static List<String> writes(String json) throws OciException {
        return writes(json, CurrentValues.NEW_GROUP);
    }

    private static List<String> writes(String json, CurrentValues now) throws OciException {
        LinuxResources resources = new SpecReader().resources(json.getBytes(StandardCharsets.UTF_8));
        return V2Limits.writes(GROUP, resources, now).stream()
                .map(w -> GROUP.relativize(w.file()) + "=" + w.value() + (w.optional() ? "?" : ""))
                .toList();
    }
}
