package io.crij.oci.cgroup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.crij.linux.dbus.Property;
import io.crij.linux.dbus.Value;
import io.crij.oci.cgroup.CgroupPlan.Step.Write;
import io.crij.oci.runtime.OciException.InvalidSpec;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ScopePropertiesTest {
    private static final long INFINITY = -1;

    /// @param pairs file, value
    private static List<Property> of(String... pairs) throws InvalidSpec {
        var writes = new ArrayList<Write>();
        for (int i = 0; i < pairs.length; i += 2) {
            writes.add(new Write(Path.of("/cg", pairs[i]), pairs[i + 1], "linux.resources.x", false));
        }
        return ScopeProperties.of(writes);
    }

    private static void number(String property, long value, String... pairs) throws InvalidSpec {
        assertEquals(List.of(Property.number(property, value)), of(pairs));
    }

    @Test
    void theScopeHasRoomForTheShim() throws Exception {
        number("MemoryMax", 4096 + (1 << 20), "memory.max", "4096");
        number("MemoryMax", INFINITY, "memory.max", "max");
        number("TasksMax", 11, "pids.max", "10");
        number("TasksMax", INFINITY, "pids.max", "max");
    }

    @Test
    void protectionAndWeightsAreTheSame() throws Exception {
        number("MemoryLow", 4096, "memory.low", "4096");
        number("MemoryMin", 4096, "memory.min", "4096");
        number("MemorySwapMax", 0, "memory.swap.max", "0");
        number("CPUWeight", 79, "cpu.weight", "79");
        number("IOWeight", 500, "io.weight", "default 500");
    }

    @Test
    void idleIsAWeight() throws Exception {
        number("CPUWeight", 0, "cpu.weight", "79", "cpu.idle", "1");
        number("CPUWeight", 79, "cpu.weight", "79", "cpu.idle", "0");
        number("CPUWeight", 79, "cpu.idle", "0", "cpu.weight", "79");
    }

    @Test
    void whatIsNoLongerIdleHasTheUsualWeight() throws Exception {
        number("CPUWeight", 100, "cpu.idle", "0");
    }

    @Test
    void quotaIsPerSecondAndRoundedUpToAHundredthOfACpu() throws Exception {
        assertEquals(
                List.of(
                        Property.number("CPUQuotaPerSecUSec", 500_000),
                        Property.number("CPUQuotaPeriodUSec", INFINITY)),
                of("cpu.max", "50000 100000"));
        assertEquals(
                List.of(Property.number("CPUQuotaPerSecUSec", 340_000), Property.number("CPUQuotaPeriodUSec", 30_000)),
                of("cpu.max", "10000 30000"));
        assertEquals(
                List.of(
                        Property.number("CPUQuotaPerSecUSec", INFINITY),
                        Property.number("CPUQuotaPeriodUSec", INFINITY)),
                of("cpu.max", "max 100000"));
    }

    @Test
    void listsAreBitsTheLowestFirst() throws Exception {
        assertEquals(
                List.of(new Property("AllowedCPUs", new Value.Bytes(List.of(0b1000_1111, 0b10)))),
                of("cpuset.cpus", "0-3,7,9"));
        assertEquals(List.of(new Property("AllowedMemoryNodes", new Value.Bytes(List.of(1)))), of("cpuset.mems", "0"));
    }

    @Test
    void theLastWriteOfAFileCounts() throws Exception {
        number("MemoryMax", 8192 + (1 << 20), "memory.max", "4096", "memory.max", "8192");
    }

    @Test
    void whatSystemdHasNoPropertyForIsTheGroupsAlone() throws Exception {
        assertEquals(List.of(), of("hugetlb.2MB.max", "0", "io.max", "8:0 rbps=1", "cpu.max.burst", "5"));
    }

    @Test
    void valuesThatSystemdCannotBeToldAreRefused() {
        assertThrows(InvalidSpec.class, () -> of("memory.max", "1G"));
        assertThrows(InvalidSpec.class, () -> of("cpuset.cpus", "3-1"));
    }
}
