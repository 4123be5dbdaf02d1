package io.crij.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Set;
import org.junit.jupiter.api.Test;

class CgroupTreeTest {
    private static CgroupTree tree(String mountinfo, String own) {
        return CgroupTree.of(
                MountInfo.parse(mountinfo),
                own,
                point -> point.endsWith("unified") ? "hugetlb\n" : "cpu io memory pids\n");
    }

    @Test
    void oneUnifiedHierarchyIsV2() {
        CgroupTree tree = tree(
                "30 20 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate\n", "0::/system.slice/crij\n");
        assertEquals(CgroupTree.Mode.V2, tree.mode());
        assertEquals(
                "/sys/fs/cgroup/system.slice/crij", tree.unified().orElseThrow().ownFolder());
        assertEquals(tree.unified(), tree.with("memory"));
        assertEquals("/sys/fs/cgroup", tree.unified().orElseThrow().folder("/"));
    }

    @Test
    void v1BesideV2IsHybrid() {
        CgroupTree tree = tree("""
                29 20 0:25 / /sys/fs/cgroup ro - tmpfs tmpfs ro
                30 29 0:26 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw
                31 29 0:27 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,xattr,name=systemd
                32 29 0:28 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct
                33 29 0:28 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu,cpuacct
                34 29 0:29 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory
                """, "9:memory:/m\n4:cpu,cpuacct:/c\n1:name=systemd:/s\n0::/u\n");
        assertEquals(CgroupTree.Mode.HYBRID, tree.mode());
        assertEquals(4, tree.hierarchies().size(), "the second mount of cpu,cpuacct is the same hierarchy");
        assertEquals(
                Set.of("cpu", "cpuacct"), tree.with("cpuacct").orElseThrow().controllers());
        assertEquals(
                "/sys/fs/cgroup/cpu,cpuacct/c", tree.with("cpu").orElseThrow().ownFolder());
        assertEquals("/s", tree.with("name=systemd").orElseThrow().ownPath());
    }

    @Test
    void v2WithOnlySystemdsNamedHierarchyIsV2() {
        CgroupTree tree = tree("""
                30 20 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw
                31 20 0:27 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,name=systemd
                """, "1:name=systemd:/\n0::/\n");
        assertEquals(CgroupTree.Mode.V2, tree.mode());
    }

    @Test
    void insideAContainerPathsAreBelowTheVisibleRoot() {
        CgroupTree tree = tree("30 20 0:26 /docker/abc /sys/fs/cgroup rw - cgroup2 cgroup rw\n", "0::/docker/abc/x\n");
        CgroupHierarchy unified = tree.unified().orElseThrow();
        assertEquals("/sys/fs/cgroup/x", unified.ownFolder());
        assertEquals("/sys/fs/cgroup", unified.folder("/docker/abc"));
        assertEquals("/sys/fs/cgroup/other", unified.folder("/other"));
    }

    @Test
    void thisHostHasHierarchiesThatExist() throws Exception {
        CgroupTree tree = CgroupTree.detect();
        assertFalse(tree.hierarchies().isEmpty());
        for (CgroupHierarchy hierarchy : tree.hierarchies()) {
            assertTrue(At.stat(Fd.CWD, hierarchy.mountPoint()).isDirectory());
        }
    }
}
