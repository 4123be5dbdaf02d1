package io.crij.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CgroupFolderTest {
    private String path = "";

    @BeforeEach
    void needsAHierarchy() throws Exception {
        assumeTrue(Self.uid() == 0, "making cgroups needs root");
        Optional<CgroupHierarchy> unified = CgroupTree.detect().unified();
        assumeTrue(unified.isPresent(), "needs cgroup v2, also beside v1");
        path = unified.get().folder("/crij-test-" + UUID.randomUUID());
    }

    @AfterEach
    void remove() throws Exception {
        if (!path.isEmpty()) {
            CgroupFolder.removeTree(path);
        }
    }

    @Test
    void aProcessIsMovedInAndKilled() throws Exception {
        try (CgroupFolder cgroup = CgroupFolder.create(path + "/a/b")) {
            int pid = new Spawn("/bin/sleep").arguments(List.of("sleep", "100")).start();
            try (Pidfd process = new Pidfd(pid)) {
                cgroup.write("cgroup.procs", Integer.toString(pid));
                assertEquals(List.of(pid), cgroup.processes());
                assertTrue(cgroup.read("cgroup.events").contains("populated 1"));
                ErrnoException busy = assertThrows(ErrnoException.class, () -> CgroupFolder.remove(path + "/a/b"));
                assertEquals(Errno.EBUSY, busy.errno());
                cgroup.kill();
                assertEquals(9, process.await().signal());
            }
            assertEquals(List.of(), cgroup.processes());
        }
        try (CgroupFolder parent = CgroupFolder.open(path)) {
            assertEquals(List.of("a"), parent.children());
        }
        CgroupFolder.removeTree(path);
        assertFalse(At.exists(Fd.CWD, path));
        CgroupFolder.removeTree(path);
    }

    @Test
    void aFileStaysReadable() throws Exception {
        try (CgroupFolder cgroup = CgroupFolder.create(path);
                Fd events = cgroup.openFile("cgroup.events")) {
            byte[] text = new byte[100];
            for (int i = 0; i < 3; i++) {
                int size = events.pread(text, 0, text.length, 0);
                assertTrue(new String(text, 0, size).startsWith("populated 0"));
            }
            assertTrue(cgroup.has("cgroup.procs"));
            assertEquals(Optional.empty(), cgroup.tryRead("no.such.file"));
        }
    }

    @Test
    void aRefusedValueIsNamed() throws Exception {
        try (CgroupFolder cgroup = CgroupFolder.create(path)) {
            ErrnoException e = assertThrows(ErrnoException.class, () -> cgroup.write("cgroup.max.depth", "many"));
            assertEquals("'many' to " + path + "/cgroup.max.depth", e.about());
        }
    }

    @Test
    void aPlaceWhereNoFolderCanBeIsAnError() {
        ErrnoException e = assertThrows(ErrnoException.class, () -> CgroupFolder.create("/proc/none/x"));
        assertEquals(Errno.ENOENT, e.errno());
    }
}
