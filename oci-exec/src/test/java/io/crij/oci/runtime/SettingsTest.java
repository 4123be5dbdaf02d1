package io.crij.oci.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crij.oci.runtime.OciException.InvalidSpec;
import io.crij.oci.spec.IoPriority;
import io.crij.oci.spec.Linux.Personality;
import io.crij.oci.spec.MemoryPolicy;
import io.crij.oci.spec.Process;
import io.crij.oci.spec.Rlimit;
import io.crij.oci.spec.Scheduler;
import io.crij.oci.spec.User;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Limits, priorities, working folder.
class SettingsTest extends ContainerTest {
    private static Scheduler scheduler(Scheduler.Policy policy, int nice, int priority) {
        return new Scheduler(policy, nice, priority, List.of(), 0, 0, 0);
    }

    /// Fields of `/proc/<pid>/stat` counted from 1, after the command's name.
    private static String stat(int pid, int field) throws Exception {
        String line = Files.readString(Path.of("/proc/" + pid + "/stat"));
        return line.substring(line.lastIndexOf(')') + 2).split(" ")[field - 3];
    }

    @Test
    void limitsAreSetAndWhatCannotBeHadIsLowered() throws Exception {
        var limits = process(p -> p.rlimits = List.of(
                new Rlimit(Rlimit.Type.RLIMIT_NOFILE, 100, 200),
                new Rlimit(Rlimit.Type.RLIMIT_CORE, 0, 0),
                new Rlimit(Rlimit.Type.RLIMIT_FSIZE, 4096, Rlimit.INFINITY)));
        String out = sh(limits, "grep -E 'open files|core file|file size' /proc/self/limits");
        assertTrue(out.matches("(?s).*Max open files +100 +200 .*"), out);
        assertTrue(out.matches("(?s).*Max core file size +0 +0 .*"), out);
        assertTrue(out.matches("(?s).*Max file size +4096 +unlimited .*"), out);
        var high = process(p -> p.rlimits = List.of(new Rlimit(Rlimit.Type.RLIMIT_MEMLOCK, -1, -1)));
        assertTrue(sh(high, "grep 'locked memory' /proc/self/limits").contains("Max locked memory"));
    }

    @Test
    void wrongLimitsAreRefusedWithTheirPath() {
        var above = process(p -> p.rlimits = List.of(new Rlimit(Rlimit.Type.RLIMIT_NOFILE, 200, 100)));
        var e = assertThrows(InvalidSpec.class, () -> box.run("above", above, "true"));
        assertEquals("process.rlimits[0].soft: 200: is above the hard limit, 100", e.getMessage());
    }

    @Test
    void scoreForTheOomKiller() throws Exception {
        assertEquals("321\n", sh(process(p -> p.oomScoreAdj = 321), "cat /proc/self/oom_score_adj"));
        var e = assertThrows(InvalidSpec.class, () -> box.run("score", process(p -> p.oomScoreAdj = 1001), "true"));
        assertTrue(e.getMessage().startsWith("process.oomScoreAdj: 1001"), e.getMessage());
    }

    @Test
    void schedulerIoPriorityAndPersonality() throws Exception {
        String id = box.id("priorities");
        var change = both(
                process(p -> {
                    p.scheduler = scheduler(Scheduler.Policy.SCHED_BATCH, 7, 0);
                    p.ioPriority = new IoPriority(IoPriority.IoClass.IOPRIO_CLASS_BE, 6);
                }),
                linux(l -> l.personality = new Personality(Personality.Domain.LINUX32, List.of())));
        Shim shim = box.create(id, change.apply(box.spec(id, "sleep", "1000")));
        box.runtime.start(id);
        assertEquals("7", stat(shim.pid(), 19));
        assertEquals("3", stat(shim.pid(), 41), "SCHED_BATCH");
        assertEquals("00000008\n", Files.readString(Path.of("/proc/" + shim.pid() + "/personality")));
        var exec = box.exec(id, Box.process("cat", "/proc/self/personality"));
        assertEquals("00000008\n", exec.out());
    }

    @Test
    void realTimeAndIdlePolicies() throws Exception {
        for (var wanted :
                List.of(scheduler(Scheduler.Policy.SCHED_IDLE, 0, 0), scheduler(Scheduler.Policy.SCHED_OTHER, 5, 0))) {
            String id = box.id("policy" + wanted.policy());
            Shim shim = box.create(id, process(p -> p.scheduler = wanted).apply(box.spec(id, "sleep", "1000")));
            box.runtime.start(id);
            assertEquals(Integer.toString(wanted.policy().number()), stat(shim.pid(), 41));
        }
        var wrong = process(p -> p.scheduler = scheduler(Scheduler.Policy.SCHED_FIFO, 0, 0));
        var e = assertThrows(InvalidSpec.class, () -> box.run("wrong", wrong, "true"));
        assertTrue(e.getMessage().startsWith("process.scheduler.priority: 0"), e.getMessage());
    }

    @Test
    void execRunsOnItsProcessorsAndTheFirstProcessOnAll() throws Exception {
        String id = box.id("affinity");
        Process.CpuAffinity zero = new Process.CpuAffinity("0", "0");
        Shim shim = box.create(id, process(p -> p.execCPUAffinity = zero).apply(box.spec(id, "sleep", "1000")));
        box.runtime.start(id);
        String all = allowed(Files.readString(Path.of("/proc/" + shim.pid() + "/status")));
        assertEquals(allowed(Files.readString(Path.of("/proc/1/status"))), all);
        var bound = Box.process("grep", "Cpus_allowed_list", "/proc/self/status");
        assertEquals(
                "0",
                allowed(box.exec(id, bound.with(p -> p.execCPUAffinity = zero)).out()));
        var last = new Process.CpuAffinity("0", all);
        assertEquals(
                all,
                allowed(box.exec(id, bound.with(p -> p.execCPUAffinity = last)).out()));
        assertEquals(all, allowed(box.exec(id, bound).out()));
        for (var wrong : List.of(new Process.CpuAffinity("4000", null), new Process.CpuAffinity(null, "4000"))) {
            var e = assertThrows(
                    OciException.StepFailed.class, () -> box.exec(id, bound.with(p -> p.execCPUAffinity = wrong)));
            assertTrue(e.getMessage().startsWith("cannot set process.execCPUAffinity."), e.getMessage());
        }
        var endless = new Process.CpuAffinity("0-99999", null);
        assertThrows(InvalidSpec.class, () -> box.exec(id, bound.with(p -> p.execCPUAffinity = endless)));
    }

    private static String allowed(String status) {
        return status.lines()
                .filter(line -> line.startsWith("Cpus_allowed_list:"))
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .findFirst()
                .orElseThrow();
    }

    @Test
    void memoryPolicyShowsInTheMaps() throws Exception {
        var bind = both(
                open(), linux(l -> l.memoryPolicy = new MemoryPolicy(MemoryPolicy.Mode.MPOL_BIND, "0", List.of())));
        String maps = sh(bind, "cat /proc/self/numa_maps | head -1");
        // a kernel without NUMA has neither file nor call: creating it fails then, and says so
        assertTrue(maps.contains("bind:0") || maps.contains("No such file"), maps);
        var wrong = linux(l -> l.memoryPolicy = new MemoryPolicy(MemoryPolicy.Mode.MPOL_BIND, null, List.of()));
        var e = assertThrows(InvalidSpec.class, () -> box.run("wrong", wrong, "true"));
        assertTrue(e.getMessage().startsWith("linux.memoryPolicy.nodes"), e.getMessage());
    }

    @Test
    void workingFolderIsMadeWhereItIsMissing() throws Exception {
        assertEquals("/a/b/c\n", sh(process(p -> p.cwd = "/a/b/c"), "pwd"));
        assertEquals("/tmp\n", sh(process(p -> p.cwd = "/tmp"), "pwd"));
    }

    @Test
    void workingFolderThatIsAFileIsAnError() throws Exception {
        Files.writeString(box.rootfs.resolve("file"), "");
        var e = assertThrows(
                OciException.StepFailed.class, () -> box.run("file", process(p -> p.cwd = "/file"), "true"));
        assertTrue(e.getMessage().contains("working folder /file"), e.getMessage());
        assertTrue(e.getMessage().contains("ENOTDIR"), e.getMessage());
    }

    @Test
    void userMayStartInAFolderThatOnlyRootCanEnter() throws Exception {
        Path closed = Files.createDirectories(box.rootfs.resolve("closed"));
        Files.setPosixFilePermissions(closed, java.nio.file.attribute.PosixFilePermissions.fromString("rwx------"));
        var change = process(p -> {
            p.cwd = "/closed";
            p.user = new User(1000, 1000, null, List.of());
        });
        assertEquals("/closed\n", sh(change, "readlink /proc/self/cwd"));
    }

    @Test
    void environmentIsExactlyTheGiven() throws Exception {
        var outcome = box.run("env", process(p -> p.env = List.of("PATH=/bin", "A=1", "B=x y=z")), "env");
        assertEquals("PATH=/bin\nA=1\nB=x y=z\n", outcome.out());
    }
}
