package io.crij.server.stats;

import static io.crij.server.stats.FileText.NONE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crij.linux.CgroupFolder;
import io.crij.linux.CgroupTree;
import io.crij.linux.Errno;
import io.crij.linux.ErrnoException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OpenCgroupsTest {
    private static final int MANY = 1000;

    @TempDir
    Path root;

    private FakeCgroups cgroups;
    private final FileText text = new FileText();
    private @Nullable OpenCgroups open;

    @BeforeEach
    void make() {
        cgroups = new FakeCgroups(root);
    }

    @AfterEach
    void close() {
        if (open != null) {
            open.close();
        }
    }

    private OpenCgroups open(CgroupTree tree, int most) {
        open = new OpenCgroups(tree, most);
        return open;
    }

    @Test
    void versionTwo() throws Exception {
        write("/crij/c1", "cpu.stat", "usage_usec 1500\nuser_usec 1000\nsystem_usec 500\n");
        write("/crij/c1", "memory.current", "1000000\n");
        write("/crij/c1", "memory.max", "4000000\n");
        write("/crij/c1", "memory.stat", "anon 300000\ninactive_file 200000\npgfault 7\npgmajfault 2\n");
        write("/crij/c1", "memory.swap.current", "4096\n");
        write("/crij/c1", "memory.swap.max", "max\n");
        write(
                "/crij/c1",
                "memory.pressure",
                "some avg10=1.50 avg60=0.20 avg300=0.00 total=1234\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=5\n");
        var usage = open(cgroups.v2(), MANY).usage("/crij/c1", text);
        assertEquals(1_500_000, usage.cpuNanos());
        assertEquals(1_000_000, usage.memory());
        assertEquals(800_000, usage.workingSet());
        assertEquals(300_000, usage.rss());
        assertEquals(7, usage.pageFaults());
        assertEquals(2, usage.majorPageFaults());
        assertEquals(4_000_000, usage.memoryLimit());
        assertEquals(4096, usage.swap());
        assertEquals(NONE, usage.swapLimit());
        assertEquals(
                new Pressure(new Pressure.Line(1.5, 0.2, 0, 1234), new Pressure.Line(0, 0, 0, 5)),
                usage.memoryPressure());
        assertNull(usage.cpuPressure());
    }

    @Test
    void valuesAreReadAnewFromFilesThatStayOpen() throws Exception {
        write("/c", "memory.current", "10\n");
        var open = open(cgroups.v2(), MANY);
        assertEquals(10, open.usage("/c", text).memory());
        int held = open.descriptors();
        write("/c", "memory.current", "20\n");
        assertEquals(20, open.usage("/c", text).memory());
        assertEquals(1, held);
        assertEquals(held, open.descriptors());
    }

    @Test
    void workingSetIsNeverNegative() throws Exception {
        write("/c", "memory.current", "10\n");
        write("/c", "memory.stat", "inactive_file 20\n");
        assertEquals(0, open(cgroups.v2(), MANY).usage("/c", text).workingSet());
    }

    @Test
    void containersOfOtherRuntimesHaveNoCgroupBelowTheirs() throws Exception {
        write("/ours/container", "memory.current", "1\n");
        write("/ours", "memory.current", "2\n");
        write("/theirs", "memory.current", "3\n");
        var open = open(cgroups.v2(), MANY);
        assertEquals(1, open.usage(open.leaf("/ours"), text).memory());
        assertEquals(3, open.usage(open.leaf("/theirs"), text).memory());
    }

    @Test
    void versionOne() throws Exception {
        versionOneFiles();
        var usage = open(cgroups.v1("cpuacct", "memory"), MANY).usage("/c", text);
        assertEquals(77, usage.cpuNanos());
        assertEquals(1000, usage.memory());
        assertEquals(900, usage.workingSet());
        assertEquals(300, usage.rss());
        assertEquals(9, usage.pageFaults());
        assertEquals(NONE, usage.memoryLimit());
        assertEquals(NONE, usage.swapLimit());
        assertEquals(500, usage.swap());
        assertNull(usage.ioPressure());
    }

    @Test
    void hybridHostsHavePressure() throws Exception {
        versionOneFiles();
        cgroups.write("memory", "/c", "memory.limit_in_bytes", "4096\n");
        cgroups.write("memory", "/c", "memory.memsw.limit_in_bytes", "6096\n");
        write("/c", "io.pressure", "some avg10=0.00 avg60=0.00 avg300=0.00 total=3\n");
        var usage = open(cgroups.hybrid("cpuacct", "memory"), MANY).usage("/c", text);
        assertEquals(3, usage.ioPressure().some().totalMicros());
        assertEquals(77, usage.cpuNanos());
        assertEquals(4096, usage.memoryLimit());
        assertEquals(2000, usage.swapLimit());
    }

    @Test
    void aHostWithoutTheMemoryControllerKnowsNothingOfMemory() throws Exception {
        cgroups.write("cpuacct", "/c", "cpuacct.usage", "77\n");
        var usage = open(cgroups.v1("cpuacct"), MANY).usage("/c", text);
        assertEquals(77, usage.cpuNanos());
        assertEquals(NONE, usage.memory());
        assertEquals(NONE, usage.workingSet());
    }

    @Test
    void descriptorsAreBoundedAndWhatDoesNotFitIsReadAllTheSame() throws Exception {
        for (int i = 0; i < 5; i++) {
            write("/c" + i, "memory.current", i + "\n");
            write("/c" + i, "cpu.stat", "usage_usec " + i + "\n");
        }
        var open = open(cgroups.v2(), 5);
        for (int round = 0; round < 2; round++) {
            for (int i = 0; i < 5; i++) {
                assertEquals(i, open.usage("/c" + i, text).memory());
            }
            assertEquals(4, open.descriptors());
        }
        open.retain(List.of("/c0"));
        assertEquals(2, open.descriptors());
        open.close("/c0");
        assertEquals(0, open.descriptors());
    }

    @Test
    void goneCgroupIsAnError() {
        var open = open(cgroups.v2(), MANY);
        var gone = assertThrows(ErrnoException.class, () -> open.usage("/gone", text));
        assertEquals(Errno.ENOENT, gone.errno());
        assertEquals(0, open.descriptors());
    }

    @Test
    void aCgroupThatIsRemovedWhileItsFilesAreOpenIsGoneAndOneMadeAnewIsRead() throws Exception {
        var tree = CgroupTree.detect();
        var name = "/crij-stats-test-" + ProcessHandle.current().pid();
        var hierarchies = tree.hierarchies().stream()
                .filter(h -> h.unified() || h.controllers().contains("cpuacct"))
                .toList();
        var open = open(tree, MANY);
        try {
            for (int round = 0; round < 2; round++) {
                for (var hierarchy : hierarchies) {
                    CgroupFolder.create(hierarchy.folder(name)).close();
                }
                assertEquals(0, open.cpuNanos(name, text));
                assertTrue(open.descriptors() > 0);
                for (var hierarchy : hierarchies) {
                    CgroupFolder.remove(hierarchy.folder(name));
                }
                if (round == 1) {
                    var gone = assertThrows(ErrnoException.class, () -> open.cpuNanos(name, text));
                    assertEquals(Errno.ENOENT, gone.errno());
                }
            }
            assertEquals(0, open.descriptors());
        } finally {
            for (var hierarchy : hierarchies) {
                CgroupFolder.remove(hierarchy.folder(name));
            }
        }
    }

    private void versionOneFiles() throws Exception {
        cgroups.write("cpuacct", "/c", "cpuacct.usage", "77\n");
        cgroups.write("memory", "/c", "memory.usage_in_bytes", "1000\n");
        cgroups.write("memory", "/c", "memory.limit_in_bytes", "9223372036854771712\n");
        cgroups.write(
                "memory",
                "/c",
                "memory.stat",
                "rss 1\ntotal_rss 300\ntotal_inactive_file 100\ntotal_pgfault 9\ntotal_swap 500\n");
    }

    private void write(String cgroup, String file, String content) throws Exception {
        cgroups.write("unified", cgroup, file, content);
    }
}
