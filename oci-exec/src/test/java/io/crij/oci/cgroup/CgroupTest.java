package io.crij.oci.cgroup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.crij.linux.Self;
import io.crij.linux.Signal;
import io.crij.oci.runtime.OciException.StepFailed;
import io.crij.oci.spec.LinuxResources;
import io.crij.oci.spec.LinuxResources.Cpu;
import io.crij.oci.spec.LinuxResources.Memory;
import io.crij.oci.spec.LinuxResources.Pids;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Real groups of this machine, in whichever version it has.
@Timeout(60)
final class CgroupTest {
    private static final long MEBIBYTE = 1 << 20;

    private final List<java.lang.Process> processes = new ArrayList<>();
    private CgroupFolders folders;
    private Cgroup cgroup;

    @BeforeEach
    void makeGroup() throws Exception {
        assumeTrue(Self.effectiveUid() == 0, "making cgroups needs root");
        folders =
                CgroupFolders.of(CgroupHost.read(), "/crij-test-" + UUID.randomUUID() + "/c1", CgroupLayout.WITH_SHIM);
        cgroup = new Cgroup(folders, () -> fail("a path needs no systemd"));
    }

    @AfterEach
    void removeGroup() throws Exception {
        if (cgroup == null) {
            return;
        }
        cgroup.thaw();
        processes.forEach(java.lang.Process::destroyForcibly);
        for (var process : processes) {
            process.waitFor();
        }
        cgroup.delete();
        for (Path folder : folders.roots()) {
            Files.deleteIfExists(folder.getParent());
        }
    }

    @Test
    void makesWhatThePlanSaysAndRemovesIt() throws Exception {
        cgroup.make(CgroupPlan.of(folders, LinuxResources.NONE.with(r -> {
            r.memory = Memory.of(64 * MEBIBYTE, 64 * MEBIBYTE);
            r.pids = new Pids(33L);
            r.cpu = Cpu.of(512L, 50_000L, 100_000L);
        })));
        Path memory = folders.v1("memory").orElseGet(() -> folders.v2().orElseThrow());
        String file = folders.host().pure() ? "memory.max" : "memory.limit_in_bytes";
        assertEquals("" + 64 * MEBIBYTE, Files.readString(memory.resolve(file)).strip());
        Path pids = folders.v1("pids").orElseGet(() -> folders.v2().orElseThrow());
        assertEquals("33", Files.readString(pids.resolve("pids.max")).strip());

        cgroup.delete();
        folders.roots().forEach(folder -> assertFalse(Files.exists(folder), folder.toString()));
        cgroup.delete();
        assertEquals(List.of(), cgroup.pids());
    }

    @Test
    void joinedProcessesAreListedFrozenAndKilled() throws Exception {
        cgroup.make(CgroupPlan.of(folders, LinuxResources.NONE));
        var sleeper = join("sleep 1000 & sleep 1000");
        while (cgroup.pids().size() < 3) {
            Thread.sleep(1);
        }

        cgroup.freeze();
        assertTrue(cgroup.frozen());
        cgroup.freeze();
        cgroup.thaw();
        assertFalse(cgroup.frozen());

        cgroup.freeze();
        cgroup.signal(Signal.KILL);
        assertTrue(sleeper.waitFor(20, TimeUnit.SECONDS), "SIGKILL reaches frozen processes");
    }

    @Test
    void aSignalReachesEveryProcess() throws Exception {
        cgroup.make(CgroupPlan.of(folders, LinuxResources.NONE));
        var sleeper = join("sleep 1000 & wait");
        while (cgroup.pids().size() < 2) {
            Thread.sleep(1);
        }
        cgroup.signal(Signal.TERM);
        assertTrue(sleeper.waitFor(20, TimeUnit.SECONDS));
        assertFalse(cgroup.frozen());
    }

    @Test
    void whatIsInAGroupIsKilledWhenItMustGo() throws Exception {
        cgroup.make(CgroupPlan.of(folders, LinuxResources.NONE));
        var sleeper = join("sleep 1000 & sleep 1000");
        while (cgroup.pids().size() < 3) {
            Thread.sleep(1);
        }
        cgroup.killAndDelete();
        assertTrue(sleeper.waitFor(20, TimeUnit.SECONDS));
        folders.roots().forEach(folder -> assertFalse(Files.exists(folder), folder.toString()));
        cgroup.killAndDelete();
    }

    @Test
    void aRefusedUpdateChangesNothing() throws Exception {
        cgroup.make(CgroupPlan.of(folders, LinuxResources.NONE.with(r -> r.cpu = Cpu.of(512L, 50_000L, 100_000L))));
        Path cpu = folders.v1("cpu").orElseGet(() -> folders.v2().orElseThrow());
        Path quota = cpu.resolve(folders.host().pure() ? "cpu.max" : "cpu.cfs_quota_us");
        String before = Files.readString(quota);

        var refused = assertThrows(
                StepFailed.class,
                () -> cgroup.update(LinuxResources.NONE.with(r -> {
                    r.cpu = Cpu.of(null, 20_000L, 50_000L);
                    r.pids = new Pids(Long.MAX_VALUE);
                })));
        assertTrue(refused.getMessage().contains("linux.resources.pids.limit"), refused.getMessage());
        assertEquals(before, Files.readString(quota));
        assertEquals(0, refused.getSuppressed().length);

        cgroup.update(LinuxResources.NONE.with(r -> r.cpu = Cpu.of(null, 20_000L, 50_000L)));
        assertTrue(Files.readString(quota).startsWith("20000"));
    }

    @Test
    void aFailedMakeLeavesNothing() throws Exception {
        var plan = CgroupPlan.of(folders, LinuxResources.NONE.with(r -> r.pids = new Pids(Long.MAX_VALUE)));
        assertThrows(StepFailed.class, () -> cgroup.make(plan));
        folders.roots().forEach(folder -> assertFalse(Files.exists(folder), folder.toString()));
    }

    @Test
    void countsProcessesKilledForMemory() throws Exception {
        cgroup.make(CgroupPlan.of(
                folders, LinuxResources.NONE.with(r -> r.memory = Memory.of(8 * MEBIBYTE, 8 * MEBIBYTE))));
        try (var watch = new OomWatch(folders);
                var epoll = new io.crij.linux.Epoll()) {
            assertEquals(0, watch.drain());
            epoll.add(watch.fd(), io.crij.linux.Epoll.IN, 1);
            var hog = join("exec tail /dev/zero");
            assertEquals(1, epoll.await(java.time.Duration.ofSeconds(20), (token, events) -> {}));
            assertTrue(hog.waitFor(20, TimeUnit.SECONDS));
            assertEquals(128 + 9, hog.exitValue());
            assertEquals(1, watch.drain());
        }
    }

    /// A shell that joins the container's groups and then runs the script.
    private java.lang.Process join(String script) throws Exception {
        var join = new StringBuilder();
        for (Path folder : folders.container()) {
            join.append("echo $$ > ").append(folder).append("/cgroup.procs && ");
        }
        var process = new ProcessBuilder("/bin/sh", "-c", join + "{ " + script + "; }")
                .inheritIO()
                .start();
        processes.add(process);
        return process;
    }
}
