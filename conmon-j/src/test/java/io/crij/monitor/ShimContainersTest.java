package io.crij.monitor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.crij.linux.Signal;
import io.crij.oci.runtime.ContainerState.Status;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The whole program with pods on a real shim of containerd's, killed and started again.
@Timeout(180)
class ShimContainersTest {
    private static final Path SHIM = Path.of("/usr/bin/containerd-shim-runc-v2");

    private ShimPod pod;

    @BeforeEach
    void start() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/bin/busybox")), "no /bin/busybox (Debian package busybox-static)");
        assumeTrue(System.getProperty("user.name").equals("root"), "not root");
        assumeTrue(Files.isExecutable(SHIM), "no containerd-shim-runc-v2 here (Debian package containerd)");
        pod = new ShimPod(SHIM.toString(), Duration.ofSeconds(60));
    }

    @AfterEach
    void stop() throws Exception {
        if (pod != null) {
            pod.close();
        }
    }

    private MonitoredContainer untilStopped(String id) throws Exception {
        Node.until(() -> pod.state(id).status() == Status.STOPPED);
        return pod.state(id);
    }

    @Test
    void oneShimServesSandboxAndContainers() throws Exception {
        pod.createSandbox();
        String id = pod.create("one", "echo out; echo err >&2; exit 7");
        assertEquals(Status.CREATED, pod.state(id).status());
        pod.client().start(id);
        var ended = untilStopped(id);
        assertEquals(7, ended.exit().code());
        assertTrue(ended.exit().known());
        assertEquals(
                List.of("stderr F err", "stdout F out"),
                pod.logged("one").stream().sorted().toList());
        assertEquals(1, pod.shims().size());
        pod.client().delete(id, false);
        pod.client().delete(pod.sandbox(), true);
        pod.assertNothingLeft();
    }

    @Test
    void outputAndExitCodeOutliveTheMonitor() throws Exception {
        pod.createSandbox();
        String id = pod.create(
                "survivor",
                "echo before; while ! [ -e /tmp/go ]; do sleep 0.1; done; echo between; while ! [ -e /tmp/end ]; do"
                        + " sleep 0.1; done; echo after; exit 9");
        pod.client().start(id);
        Node.until(() -> pod.logged("survivor").contains("stdout F before"));
        pod.killMonitor();
        Files.createFile(pod.shared().resolve("go"));
        pod.startMonitor();
        assertEquals(Status.RUNNING, pod.state(id).status());
        assertArrayEquals(
                "inside\n".getBytes(),
                pod.exec(id, Duration.ZERO, "echo", "inside").stdout());
        pod.killMonitor();
        Files.createFile(pod.shared().resolve("end"));
        pod.startMonitor();
        var ended = untilStopped(id);
        assertEquals(9, ended.exit().code());
        assertTrue(ended.exit().known());
        Node.until(() -> pod.logged("survivor").size() == 3);
        assertEquals(List.of("stdout F before", "stdout F between", "stdout F after"), pod.logged("survivor"));
    }

    @Test
    void aContainerThatWasCreatedBeforeTheMonitorWasKilledIsStartedAfter() throws Exception {
        pod.createSandbox();
        String id = pod.create("waits", "echo begins; exit 4");
        pod.killMonitor();
        pod.startMonitor();
        assertEquals(Status.CREATED, pod.state(id).status());
        pod.client().start(id);
        assertEquals(4, untilStopped(id).exit().code());
        assertEquals(List.of("stdout F begins"), pod.logged("waits"));
    }

    @Test
    void execTellsOutputAndExitCode() throws Exception {
        pod.createSandbox();
        String id = pod.create("main", "sleep 1000");
        pod.client().start(id);
        var outcome = pod.exec(id, Duration.ZERO, "sh", "-c", "echo out; echo err >&2; exit 5");
        assertEquals(5, outcome.exitCode());
        assertEquals("out\n", new String(outcome.stdout()));
        assertEquals("err\n", new String(outcome.stderr()));
        var large = pod.exec(
                id, Duration.ZERO, "sh", "-c", "i=0; while [ $i -lt 20000 ]; do echo 0123456789; i=$((i+1)); done");
        assertEquals(220_000, large.stdout().length);
    }

    @Test
    void aTimeoutEndsTheWholeExec() throws Exception {
        pod.createSandbox();
        String id = pod.create("main", "sleep 1000");
        pod.client().start(id);
        var outcome = pod.exec(id, Duration.ofSeconds(1), "sh", "-c", "echo begins; sleep 1000 & sleep 1000");
        assertTrue(outcome.timedOut());
        assertEquals("begins\n", new String(outcome.stdout()));
        Node.until(() -> pod.commandsIn(id).equals(List.of("sleep 1000"))
                || pod.commandsIn(id).size() == 2);
        pod.client().kill(id, 9, true);
        assertEquals(128 + 9, untilStopped(id).exit().code());
    }

    @Test
    void whatCannotBeExecutedIsToldAsSuch() throws Exception {
        pod.createSandbox();
        String id = pod.create("main", "sleep 1000");
        pod.client().start(id);
        var missing = assertThrows(MonitorException.class, () -> pod.exec(id, Duration.ZERO, "missing"));
        assertEquals(MonitorException.Code.COMMAND_NOT_FOUND, missing.code(), missing.getMessage());
        assertEquals(0, pod.exec(id, Duration.ZERO, "true").exitCode());
    }

    @Test
    void pauseStopsTheContainerUntilResume() throws Exception {
        pod.createSandbox();
        String id = pod.create("main", "sleep 1000");
        pod.client().start(id);
        pod.client().pause(id);
        assertEquals(Status.PAUSED, pod.state(id).status());
        pod.client().resume(id);
        assertEquals(0, pod.exec(id, Duration.ZERO, "true").exitCode());
    }

    @Test
    void aShimThatDiesTakesItsContainersAlongAndLeavesNothing() throws Exception {
        pod.createSandbox();
        String first = pod.create("first", "sleep 1000");
        String second = pod.create("second", "sleep 1000");
        pod.client().start(first);
        pod.client().start(second);
        Signal.KILL.send(pod.shims().getFirst());
        for (String id : List.of(first, second, pod.sandbox())) {
            var ended = untilStopped(id);
            assertFalse(ended.exit().known());
            assertEquals(255, ended.exit().code());
        }
        for (String id : List.of(first, second, pod.sandbox())) {
            pod.client().delete(id, false);
        }
        pod.assertNothingLeft();
    }

    @Test
    void aShimThatDiesWhileNoMonitorIsThereIsNoticed() throws Exception {
        pod.createSandbox();
        String id = pod.create("main", "sleep 1000");
        pod.client().start(id);
        int shim = pod.shims().getFirst();
        pod.killMonitor();
        Signal.KILL.send(shim);
        pod.startMonitor();
        assertFalse(untilStopped(id).exit().known());
        pod.client().delete(id, false);
        pod.client().delete(pod.sandbox(), true);
        pod.assertNothingLeft();
    }

    @Test
    void aShimThatHangsDoesNotKeepItsContainers() throws Exception {
        pod.close();
        pod = new ShimPod(SHIM.toString(), Duration.ofMillis(1500));
        pod.createSandbox();
        String id = pod.create("main", "sleep 1000");
        pod.client().start(id);
        int shim = pod.shims().getFirst();
        new Signal(19).send(shim);
        assertEquals(
                MonitorException.Code.TIMED_OUT,
                assertThrows(MonitorException.class, () -> pod.client().kill(id, 15, false))
                        .code());
        assertThrows(MonitorException.class, () -> pod.exec(id, Duration.ZERO, "true"));
        pod.client().kill(id, 9, true);
        assertEquals(128 + 9, untilStopped(id).exit().code());
        // as long as another container is behind that shim, it is not ended
        assertThrows(MonitorException.class, () -> pod.client().delete(id, true));
        pod.client().delete(pod.sandbox(), true);
        pod.client().delete(id, true);
        pod.assertNothingLeft();
    }

    @Test
    void nothingIsLeftOfAContainerThatCannotBeMade() throws Exception {
        pod.createSandbox();
        var missing = assertThrows(
                MonitorException.class,
                () -> pod.client()
                        .create(pod.request("missing", Map.of(), "missing").started()));
        assertEquals(MonitorException.Code.COMMAND_NOT_FOUND, missing.code(), missing.getMessage());
        assertEquals(1, pod.client().list().size());
        assertFalse(Files.exists(pod.folder().resolve("shims").resolve(pod.id("missing"))));
    }
}
