package io.crij.sandbox;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crij.monitor.MonitorException.Code;
import io.crij.oci.spec.LinuxResources;
import io.crij.oci.spec.Process;
import io.crij.oci.spec.SpecReader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class ContainersTest {
    private static final Duration LONG = Duration.ofMinutes(5);

    @TempDir
    Path folder;

    private Node node;
    private PodRecord pod;

    @BeforeEach
    void start() throws Exception {
        node = new Node(folder);
        pod = node.pods().run(node.pod("web", Node.hostNetwork()), "");
    }

    @AfterEach
    void end() {
        node.close();
    }

    @Test
    void aContainerIsCreatedStartedAndEnds() throws Exception {
        var container = create("main");
        assertInstanceOf(ContainerStatus.Created.class, container.status());
        assertEquals("/crij/" + container.id(), container.cgroup());
        assertEquals(folder.resolve("podlogs/web/main.log"), container.logFile().orElseThrow());
        var spec = new SpecReader().spec(node.monitor.request(container.id()).spec());
        assertEquals("/crij/" + container.id(), spec.linux().cgroupsPath());
        assertEquals(spec, node.containers().spec(container.id()));

        node.containers().start(container.id());
        assertTrue(status(container) instanceof ContainerStatus.Running);

        node.monitor.exit(container.id(), 3, false);
        Eventually.holds(() -> status(container).ended());
        var exited = (ContainerStatus.Exited) status(container);
        assertEquals(3, exited.code());
        assertEquals("Error", exited.reason());
        assertFalse(exited.finishedAt().isBefore(exited.startedAt()));
        Eventually.holds(() -> node.events.getLast() instanceof SandboxEvent.ContainerExited);
    }

    @Test
    void theReasonOfAnEndIsTold() throws Exception {
        assertEquals("Completed", reasonOf("a", 0, false));
        assertEquals("OOMKilled", reasonOf("b", 137, true));
        assertEquals("Error", reasonOf("c", 137, false));
        assertEquals("Completed", reasonOf("d", 0, true));
    }

    private String reasonOf(String name, int code, boolean oomKilled) throws Exception {
        var container = node.started(pod, name);
        node.monitor.exit(container.id(), code, oomKilled);
        Eventually.holds(() -> status(container).ended());
        return ((ContainerStatus.Exited) status(container)).reason();
    }

    @Test
    void anEqualRequestAnswersWithTheSameContainer() throws Exception {
        var first = create("main");
        assertEquals(first.id(), create("main").id());
        assertThrows(
                SandboxException.NameInUse.class,
                () -> node.containers().create(pod.id(), node.container("main", "another"), node.plan()));
    }

    @Test
    void anUnknownOrStoppedPodTakesNoContainer() throws Exception {
        assertThrows(
                SandboxException.NotFound.class,
                () -> node.containers().create("abcdef", node.container("main", "r"), node.plan()));
        var container = create("main");
        node.pods().stop(pod.id());
        assertThrows(
                SandboxException.WrongState.class,
                () -> node.containers().create(pod.id(), node.container("other", "r"), node.plan()));
        assertThrows(SandboxException.WrongState.class, () -> node.containers().start(container.id()));
    }

    @Test
    void aFailedCreationLeavesNothing() throws Exception {
        node.monitor.failNext("create", Code.COMMAND_NOT_FOUND);
        assertThrows(SandboxException.CommandNotFound.class, () -> create("main"));
        assertEquals(Set.of(pod.id()), node.monitor.ids());
        assertEquals(Set.of(), node.rootfs.made);

        assertThrows(
                SandboxException.Invalid.class,
                () -> node.containers().create(pod.id(), node.container("main", "r"), (_, container) -> {
                    node.rootfs.made.add(container.id());
                    throw new SandboxException.Invalid("image", "x", "is not there");
                }));
        assertEquals(Set.of(), node.rootfs.made);
        assertEquals(List.of(), node.containers().list());
        assertInstanceOf(ContainerStatus.Created.class, create("main").status());
    }

    @Test
    void aLogPathMayNotLeaveTheLogDirectory() {
        var config = node.container("../../escape", "r");
        assertThrows(SandboxException.Invalid.class, () -> node.containers().create(pod.id(), config, node.plan()));
    }

    @Test
    void aFailedStartIsKeptWithItsReason() throws Exception {
        var container = create("main");
        node.monitor.failNext("start", Code.COMMAND_NOT_EXECUTABLE);
        assertThrows(
                SandboxException.CommandNotExecutable.class,
                () -> node.containers().start(container.id()));
        var exited = (ContainerStatus.Exited) status(container);
        assertEquals(128, exited.code());
        assertEquals("StartError", exited.reason());
        assertTrue(exited.message().contains("start failed for the test"));
    }

    @Test
    void onlyACreatedContainerStarts() throws Exception {
        var container = node.started(pod, "main");
        assertThrows(SandboxException.WrongState.class, () -> node.containers().start(container.id()));
        assertThrows(SandboxException.NotFound.class, () -> node.containers().start("abc"));
    }

    @Test
    void stoppingSendsTheStopSignalAndIsIdempotent() throws Exception {
        var container = node.started(pod, "main");
        node.containers().stop(container.id(), LONG);
        assertEquals(143, ((ContainerStatus.Exited) status(container)).code());
        node.containers().stop(container.id(), LONG);
        node.containers().stop("abcdef", LONG);
        assertEquals(List.of("signal 15 " + container.id()), signals());
    }

    @Test
    void noTimeIsStopSignalAndKillAtOnce() throws Exception {
        node.monitor.ignoreSignal(15);
        var container = node.started(pod, "main");
        node.containers().stop(container.id(), Duration.ZERO);
        assertEquals(List.of("signal 15 " + container.id(), "signal 9 " + container.id()), signals());
        assertEquals(137, ((ContainerStatus.Exited) status(container)).code());
    }

    @Test
    @Timeout(30)
    void aStopSignalThatCannotBeSentIsFollowedByKill() throws Exception {
        var container = node.started(pod, "main");
        node.monitor.failNext("kill", Code.INTERNAL);
        node.containers().stop(container.id(), LONG);
        assertEquals(List.of("signal 15 " + container.id(), "signal 9 " + container.id()), signals());
        assertEquals(137, ((ContainerStatus.Exited) status(container)).code());
    }

    @Test
    @Timeout(30)
    void aStopSignalThatHangsLeavesTheContainerItsTimeAndIsFollowedByKill() throws Exception {
        var container = node.started(pod, "main");
        node.monitor.failNext("kill", Code.TIMED_OUT);
        long begin = System.nanoTime();
        node.containers().stop(container.id(), Duration.ofMillis(300));
        assertTrue(System.nanoTime() - begin >= Duration.ofMillis(300).toNanos());
        assertEquals(List.of("signal 15 " + container.id(), "signal 9 " + container.id()), signals());
        assertEquals(137, ((ContainerStatus.Exited) status(container)).code());
    }

    @Test
    void aStopFailsWithoutTheMonitorAndIsTriedAgainFromTheBeginning() throws Exception {
        var container = node.started(pod, "main");
        node.monitor.failNext("kill", Code.CONNECTION_LOST);
        assertThrows(
                SandboxException.MonitorUnavailable.class,
                () -> node.containers().stop(container.id(), LONG));
        node.containers().stop(container.id(), LONG);
        assertEquals(143, ((ContainerStatus.Exited) status(container)).code());
    }

    @Test
    @Timeout(30)
    void aSecondStopShortensTheFirst() throws Exception {
        node.monitor.ignoreSignal(15);
        var container = node.started(pod, "main");
        var first = new FutureTask<>(() -> {
            node.containers().stop(container.id(), LONG);
            return true;
        });
        Thread.ofVirtual().start(first);
        Eventually.holds(() -> !signals().isEmpty());
        node.containers().stop(container.id(), Duration.ofMillis(50));
        assertTrue(first.get());
        assertTrue(status(container).ended());
    }

    @Test
    @Timeout(30)
    void aStopGoesOnWithoutItsCaller() throws Exception {
        node.monitor.ignoreSignal(15);
        var container = node.started(pod, "main");
        var caller = Thread.ofVirtual()
                .start(() -> assertThrows(
                        InterruptedException.class,
                        () -> node.containers().stop(container.id(), Duration.ofMillis(300))));
        Eventually.holds(() -> !signals().isEmpty());
        caller.interrupt();
        caller.join();
        Eventually.holds(() -> status(container).ended());
    }

    @Test
    void aMissedExitIsAskedFor() throws Exception {
        var container = node.started(pod, "main");
        node.monitor.deafen();
        node.monitor.exit(container.id(), 7, false);
        node.containers().stop(container.id(), LONG);
        assertEquals(7, ((ContainerStatus.Exited) status(container)).code());
    }

    @Test
    void aCreatedContainerIsStoppedByKill() throws Exception {
        var container = create("main");
        node.containers().stop(container.id(), LONG);
        assertEquals(List.of("signal 9 " + container.id()), signals());
        assertEquals(null, ((ContainerStatus.Exited) status(container)).startedAt());
    }

    @Test
    void removingKillsAndGivesEverythingBack() throws Exception {
        var container = node.started(pod, "main");
        node.containers().remove(container.id());
        node.containers().remove(container.id());
        assertEquals(Set.of(pod.id()), node.monitor.ids());
        assertEquals(Set.of(), node.rootfs.made);
        assertThrows(SandboxException.NotFound.class, () -> node.containers().find(container.id()));
        assertInstanceOf(SandboxEvent.ContainerRemoved.class, node.events.getLast());
        assertInstanceOf(ContainerStatus.Created.class, create("main").status());
    }

    @Test
    void aFailedRemovalCanBeRepeated() throws Exception {
        var container = node.started(pod, "main");
        node.monitor.failNext("delete", Code.INTERNAL);
        assertThrows(
                SandboxException.RuntimeFailed.class, () -> node.containers().remove(container.id()));
        node.containers().remove(container.id());
        assertEquals(List.of(), node.containers().list());
    }

    @Test
    @Timeout(30)
    void aStopOfThePodWaitsForTheContainerBeingMade() throws Exception {
        node.monitor.createGate = new CountDownLatch(1);
        var creation = new FutureTask<>(() -> create("main"));
        Thread.ofVirtual().start(creation);
        Eventually.holds(() -> node.rootfs.made.size() == 1);
        var stop = new FutureTask<>(() -> {
            node.pods().stop(pod.id());
            return true;
        });
        Thread.ofVirtual().start(stop);
        Eventually.holds(() -> !node.pods().find(pod.id()).ready());
        node.monitor.createGate.countDown();

        assertTrue(stop.get());
        assertTrue(status(creation.get()).ended());
    }

    @Test
    @Timeout(30)
    void aContainerWhoseCreationHangsDoesNotHoldTheStopOfThePodUp() throws Exception {
        node.monitor.createGate = new CountDownLatch(1);
        var creation = new FutureTask<>(() -> create("main"));
        Thread.ofVirtual().start(creation);
        Eventually.holds(() -> node.rootfs.made.size() == 1);
        node.pods().remove(pod.id());
        assertInstanceOf(
                SandboxException.Cancelled.class,
                assertThrows(java.util.concurrent.ExecutionException.class, creation::get)
                        .getCause());
        assertEquals(List.of(), node.remains());
    }

    @Test
    void limitsAreChangedAndReported() throws Exception {
        var container = node.started(pod, "main");
        change(container, new ContainerResources(0, 0, 512, 1 << 20, 0, "", "", Map.of(), Map.of(), 0));
        var changed = node.containers().find(container.id()).resources();
        assertEquals(512, changed.cpuShares());
        assertEquals(1 << 20, changed.memoryLimit());
        assertEquals(OptionalInt.empty(), node.monitor.oomScores.get(container.id()));

        node.monitor.failNext("update", Code.STEP_FAILED);
        assertThrows(
                SandboxException.RuntimeFailed.class,
                () -> change(container, new ContainerResources(0, 0, 9, 0, 0, "", "", Map.of(), Map.of(), 0)));
        assertEquals(changed, node.containers().find(container.id()).resources());
    }

    @Test
    void aChangeOfLimitsSeesThoseInForceAndOutlivesTheServer() throws Exception {
        var container = node.started(pod, "main");
        change(container, new ContainerResources(0, 0, 512, 0, 300, "", "", Map.of(), Map.of(), 0));
        assertEquals(OptionalInt.of(300), node.monitor.oomScores.get(container.id()));
        node.crash();
        node.boot();
        var seen = new ArrayList<ContainerResources>();
        node.containers().updateResources(container.id(), now -> {
            seen.add(now);
            return new ResourceChange.Step(ContainerResources.none(), LinuxResources.NONE);
        });
        assertEquals(512, seen.getFirst().cpuShares());
        assertEquals(300, seen.getFirst().oomScoreAdj());
    }

    @Test
    void limitsOfAnEndedContainerCannotBeChanged() throws Exception {
        var container = node.started(pod, "main");
        node.containers().stop(container.id(), LONG);
        assertThrows(SandboxException.WrongState.class, () -> change(container, ContainerResources.none()));
    }

    private void change(ContainerRecord container, ContainerResources update) throws Exception {
        node.containers().updateResources(container.id(), _ -> new ResourceChange.Step(update, LinuxResources.NONE));
    }

    @Test
    void theLongestGraceThatCanBeWrittenIsNoError() throws Exception {
        var container = node.started(pod, "main");
        node.containers().stop(container.id(), Duration.ofSeconds(Long.MAX_VALUE));
        assertEquals(143, ((ContainerStatus.Exited) status(container)).code());
    }

    @Test
    void commandsRunInRunningContainersOnly() throws Exception {
        var container = create("main");
        assertThrows(
                SandboxException.WrongState.class,
                () -> node.containers().execSync(container.id(), Process.EMPTY, Duration.ZERO, 10));
        assertThrows(SandboxException.WrongState.class, () -> node.containers().reopenLog(container.id()));
        node.containers().start(container.id());
        var result = node.containers().execSync(container.id(), Process.EMPTY, Duration.ZERO, 10);
        assertEquals(3, result.exitCode());
        assertArrayEquals(new byte[] {'e', 'r', 'r'}, result.stderr());
        node.containers().reopenLog(container.id());
    }

    @Test
    void factsSurviveALostConnection() throws Exception {
        var container = node.started(pod, "main");
        node.monitor.deafen();
        node.monitor.exit(container.id(), 5, false);
        node.crash();
        node.boot();
        assertEquals(5, ((ContainerStatus.Exited) status(container)).code());
    }

    private ContainerRecord create(String name) throws Exception {
        return node.containers().create(pod.id(), node.container(name, "r"), node.plan());
    }

    private ContainerStatus status(ContainerRecord container) throws SandboxException {
        return node.containers().find(container.id()).status();
    }

    private List<String> signals() {
        return node.monitor.calls().stream()
                .filter(call -> call.startsWith("signal"))
                .toList();
    }
}
