package io.crij.oci.cgroup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crij.oci.cgroup.CgroupPlan.Step.MakeFolder;
import io.crij.oci.cgroup.CgroupPlan.Step.Write;
import io.crij.oci.runtime.OciException;
import io.crij.oci.runtime.OciException.InvalidSpec;
import io.crij.oci.runtime.OciException.Unsupported;
import io.crij.oci.spec.LinuxResources;
import io.crij.oci.spec.LinuxResources.DeviceCgroup;
import io.crij.oci.spec.LinuxResources.HugepageLimit;
import io.crij.oci.spec.LinuxResources.Memory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Plans against a folder that looks like a cgroup tree.
final class CgroupPlanTest {
    @TempDir
    private Path tree;

    private CgroupHost v2;

    @BeforeEach
    void makeTree() throws Exception {
        Files.writeString(tree.resolve("cgroup.subtree_control"), "cpu memory\n");
        Files.createDirectories(tree.resolve("pods"));
        Files.writeString(tree.resolve("pods/cgroup.subtree_control"), "memory\n");
        v2 = new CgroupHost(tree, Map.of(), Set.of("cpu", "memory", "pids"));
    }

    @Test
    void version2PassesControllersDownAndPutsTheShimBesideTheContainer() throws Exception {
        CgroupPlan plan = plan(v2, "/pods/c1", LinuxResources.NONE.with(r -> r.memory = Memory.of(4096L, null)));
        assertEquals(
                List.of(
                        "cgroup.subtree_control=+pids?",
                        "pods/cgroup.subtree_control=+cpu?",
                        "pods/cgroup.subtree_control=+pids?",
                        "mkdir pods/c1",
                        "pods/c1/cgroup.subtree_control=+cpu?",
                        "pods/c1/cgroup.subtree_control=+memory",
                        "pods/c1/cgroup.subtree_control=+pids?",
                        "mkdir pods/c1/container",
                        "mkdir pods/c1/shim",
                        "pods/c1/container/memory.max=4096"),
                steps(plan));
        assertEquals(List.of(tree.resolve("pods/c1/container")), plan.folders().container());
        assertEquals(Optional.of(tree.resolve("pods/c1/shim")), plan.shim());
        assertTrue(plan.deviceFilter().isEmpty());
    }

    @Test
    void aCommandFindsItsContainerInThePathItGave() throws Exception {
        var folders = CgroupFolders.of(v2, "pods/c1", CgroupLayout.PLAIN);
        CgroupPlan plan = CgroupPlan.of(folders, LinuxResources.NONE);
        assertEquals(List.of(tree.resolve("pods/c1")), plan.folders().container());
        assertTrue(plan.shim().isEmpty());
    }

    @Test
    void version2FiltersDevicesByProgram() throws Exception {
        var rule = new DeviceCgroup(false, null, null, null, "rwm");
        CgroupPlan plan = plan(v2, "/c1", LinuxResources.NONE.with(r -> r.devices.add(rule)));
        assertTrue(plan.deviceFilter().orElseThrow().length > 8);
    }

    @Test
    void saysWhichControllerIsMissing() {
        var resources = LinuxResources.NONE.with(r -> r.unified.put("io.latency", "8:0 target=1"));
        var refused = assertThrows(Unsupported.class, () -> plan(v2, "/c1", resources));
        assertTrue(refused.getMessage().contains("no io controller (it has: cpu, memory, pids)"), refused.getMessage());
    }

    @Test
    void version1FillsEveryEmptyCpusetOnTheWay() throws Exception {
        Path cpuset = Files.createDirectories(tree.resolve("cpuset"));
        Files.writeString(cpuset.resolve("cpuset.cpus"), "0-3\n");
        Files.writeString(cpuset.resolve("cpuset.mems"), "0\n");
        Files.createDirectories(cpuset.resolve("a"));
        Files.writeString(cpuset.resolve("a/cpuset.cpus"), "1\n");
        Files.writeString(cpuset.resolve("a/cpuset.mems"), "\n");
        Map<String, Path> trees = new LinkedHashMap<>();
        trees.put("cpuset", cpuset);
        trees.put("memory", Files.createDirectories(tree.resolve("memory")));
        CgroupPlan plan = plan(new CgroupHost(null, trees, Set.of()), "/a/b/c", LinuxResources.NONE);
        assertEquals(
                List.of(
                        "cpuset/a/cpuset.mems=0",
                        "mkdir cpuset/a/b",
                        "cpuset/a/b/cpuset.cpus=1",
                        "cpuset/a/b/cpuset.mems=0",
                        "mkdir cpuset/a/b/c",
                        "cpuset/a/b/c/cpuset.cpus=1",
                        "cpuset/a/b/c/cpuset.mems=0",
                        "mkdir memory/a",
                        "mkdir memory/a/b",
                        "mkdir memory/a/b/c"),
                steps(plan));
        assertEquals(
                List.of(cpuset.resolve("a/b/c"), tree.resolve("memory/a/b/c")),
                plan.folders().container());
    }

    /// The process is cloned into the group of the version 2 tree, which therefore is there first.
    @Test
    void aHybridHostHasTheVersion2GroupMadeBeforeTheOthers() throws Exception {
        Path unified = Files.createDirectories(tree.resolve("unified"));
        Path memory = Files.createDirectories(tree.resolve("memory"));
        var host = new CgroupHost(unified, Map.of("memory", memory), Set.of("hugetlb"));
        CgroupPlan plan = plan(host, "/c1", LinuxResources.NONE.with(r -> {
            r.memory = Memory.of(4096L, null);
            r.hugepageLimits.add(new HugepageLimit("2MB", 0));
        }));
        assertEquals(
                List.of(
                        "unified/cgroup.subtree_control=+hugetlb",
                        "mkdir unified/c1",
                        "unified/c1/hugetlb.2MB.max=0",
                        "unified/c1/hugetlb.2MB.rsvd.max=0?"),
                steps(plan.birth()));
        assertEquals(List.of("mkdir memory/c1", "memory/c1/memory.limit_in_bytes=4096"), steps(plan.steps()));
        assertEquals(Optional.of(unified.resolve("c1")), plan.folders().v2());
        assertEquals(List.of(memory.resolve("c1")), plan.folders().v1());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/", "/a/../..", "..", "/a\nb"})
    void refusesPathsThatLeadElsewhere(String path) {
        assertThrows(InvalidSpec.class, () -> plan(v2, path, LinuxResources.NONE));
    }

    @Test
    void aScopeIsSystemdsWhatIsBelowItIsOurs() throws Exception {
        var limits = LinuxResources.NONE.with(r -> {
            r.memory = Memory.of(4096L, null);
            r.hugepageLimits.add(new LinuxResources.HugepageLimit("2MB", 0));
        });
        var host = new CgroupHost(tree, Map.of(), Set.of("cpu", "memory", "hugetlb"));
        CgroupPlan plan = plan(host, "a-b.slice:crij:c1", limits);
        assertEquals(
                List.of(
                        "mkdir a.slice/a-b.slice/crij-c1.scope/shim",
                        "a.slice/a-b.slice/crij-c1.scope/shim/cgroup.procs=0",
                        // systemd does not know this controller
                        "cgroup.subtree_control=+hugetlb",
                        "a.slice/cgroup.subtree_control=+hugetlb",
                        "a.slice/a-b.slice/cgroup.subtree_control=+hugetlb",
                        "a.slice/a-b.slice/crij-c1.scope/cgroup.subtree_control=+cpu?",
                        "a.slice/a-b.slice/crij-c1.scope/cgroup.subtree_control=+hugetlb",
                        "a.slice/a-b.slice/crij-c1.scope/cgroup.subtree_control=+memory",
                        "mkdir a.slice/a-b.slice/crij-c1.scope/container",
                        "a.slice/a-b.slice/crij-c1.scope/container/memory.max=4096",
                        "a.slice/a-b.slice/crij-c1.scope/container/hugetlb.2MB.max=0",
                        "a.slice/a-b.slice/crij-c1.scope/container/hugetlb.2MB.rsvd.max=0?"),
                steps(plan));
        assertEquals("a-b.slice:crij:c1", plan.folders().cgroupsPath());
    }

    @Test
    void aScopeNeedsVersion2() {
        var hybrid = new CgroupHost(tree, Map.of("memory", tree), Set.of());
        var refused = assertThrows(Unsupported.class, () -> plan(hybrid, "a.slice:crij:c1", LinuxResources.NONE));
        assertTrue(refused.getMessage().contains("unified_cgroup_hierarchy"), refused.getMessage());
    }

    @ParameterizedTest
    @ValueSource(strings = {"a:b:c", "a.slice:b", "a--b.slice:b:c", "a.slice:b:c.slice"})
    void refusesWhatIsNoPlaceOfSystemds(String path) {
        assertThrows(InvalidSpec.class, () -> plan(v2, path, LinuxResources.NONE));
    }

    private static CgroupPlan plan(CgroupHost host, String path, LinuxResources resources) throws OciException {
        return CgroupPlan.of(CgroupFolders.of(host, path, CgroupLayout.WITH_SHIM), resources);
    }

    private List<String> steps(CgroupPlan plan) {
        return Stream.of(plan.birth(), plan.steps())
                .flatMap(part -> steps(part).stream())
                .toList();
    }

    private List<String> steps(List<CgroupPlan.Step> steps) {
        return steps.stream()
                .map(step -> switch (step) {
                    case MakeFolder(Path path) -> "mkdir " + tree.relativize(path);
                    case Write w -> tree.relativize(w.file()) + "=" + w.value() + (w.optional() ? "?" : "");
                })
                .toList();
    }
}
