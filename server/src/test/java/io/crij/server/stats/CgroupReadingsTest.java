package io.crij.server.stats;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crij.linux.CgroupHierarchy;
import io.crij.linux.CgroupTree;
import io.crij.linux.Errno;
import io.crij.linux.ErrnoException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CgroupReadingsTest {
    @TempDir
    Path root;

    @Test
    void versionTwo() throws Exception {
        var group = Files.createDirectories(root.resolve("crij/c1"));
        write(group, "cpu.stat", "usage_usec 1500\nuser_usec 1000\nsystem_usec 500\n");
        write(group, "memory.current", "1000000\n");
        write(group, "memory.max", "4000000\n");
        write(group, "memory.stat", "anon 300000\ninactive_file 200000\npgfault 7\npgmajfault 2\n");
        write(group, "memory.swap.current", "4096\n");
        write(group, "memory.swap.max", "max\n");
        write(group, "pids.current", "3\n");
        write(
                group,
                "memory.pressure",
                "some avg10=1.50 avg60=0.20 avg300=0.00 total=1234\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=5\n");
        var usage = new CgroupReadings(v2()).read("/crij/c1");
        assertEquals(1_500_000, usage.cpuNanos());
        assertEquals(1_000_000, usage.memory());
        assertEquals(800_000, usage.workingSet());
        assertEquals(300_000, usage.rss());
        assertEquals(7, usage.pageFaults());
        assertEquals(2, usage.majorPageFaults());
        assertEquals(OptionalLong.of(4_000_000), usage.memoryLimit());
        assertEquals(OptionalLong.of(4096), usage.swap());
        assertEquals(OptionalLong.empty(), usage.swapLimit());
        assertEquals(OptionalLong.of(3), usage.processes());
        assertEquals(
                new Pressure(new Pressure.Line(1.5, 0.2, 0, 1234), new Pressure.Line(0, 0, 0, 5)),
                usage.memoryPressure().orElseThrow());
        assertTrue(usage.cpuPressure().isEmpty());
    }

    @Test
    void workingSetIsNeverNegative() throws Exception {
        var group = Files.createDirectories(root.resolve("c"));
        write(group, "memory.current", "10\n");
        write(group, "memory.stat", "inactive_file 20\n");
        assertEquals(0, new CgroupReadings(v2()).read("/c").workingSet());
    }

    @Test
    void versionOne() throws Exception {
        write(group("cpuacct"), "cpuacct.usage", "77\n");
        write(group("memory"), "memory.usage_in_bytes", "1000\n");
        write(group("memory"), "memory.memsw.usage_in_bytes", "1500\n");
        write(group("memory"), "memory.limit_in_bytes", "9223372036854771712\n");
        write(group("memory"), "memory.stat", "rss 1\ntotal_rss 300\ntotal_inactive_file 100\ntotal_pgfault 9\n");
        write(group("pids"), "pids.current", "2\n");
        var usage = new CgroupReadings(v1("cpuacct", "memory", "pids")).read("/c");
        assertEquals(77, usage.cpuNanos());
        assertEquals(1000, usage.memory());
        assertEquals(900, usage.workingSet());
        assertEquals(300, usage.rss());
        assertEquals(9, usage.pageFaults());
        assertEquals(OptionalLong.empty(), usage.memoryLimit());
        assertEquals(OptionalLong.of(500), usage.swap());
        assertEquals(OptionalLong.of(2), usage.processes());
    }

    @Test
    void goneCgroupIsAnError() {
        var gone = assertThrows(ErrnoException.class, () -> new CgroupReadings(v2()).read("/gone"));
        assertEquals(Errno.ENOENT, gone.errno());
    }

    private CgroupTree v2() {
        return new CgroupTree(
                CgroupTree.Mode.V2, List.of(new CgroupHierarchy(true, Set.of("cpu"), root.toString(), "/", "/")));
    }

    private CgroupTree v1(String... controllers) {
        var hierarchies = List.of(controllers).stream()
                .map(name -> new CgroupHierarchy(
                        false, Set.of(name), root.resolve(name).toString(), "/", "/"))
                .toList();
        return new CgroupTree(CgroupTree.Mode.V1, hierarchies);
    }

    private Path group(String controller) throws IOException {
        return Files.createDirectories(root.resolve(controller).resolve("c"));
    }

    private static void write(Path group, String file, String text) throws IOException {
        Files.writeString(group.resolve(file), text);
    }
}
