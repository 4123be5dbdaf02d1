package io.crij.sandbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crij.monitor.MonitorException.Code;
import io.crij.oci.spec.Namespace;
import io.crij.oci.spec.SpecReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PodsTest {
    @TempDir
    Path folder;

    private Node node;

    @BeforeEach
    void start() throws Exception {
        node = new Node(folder);
    }

    @AfterEach
    void end() {
        node.close();
    }

    @Test
    void aPodIsReadyWithItsNetworkAndNamespaces() throws Exception {
        var pod = node.pods().run(node.pod("web"), "");

        assertTrue(pod.ready());
        assertEquals(List.of("10.9.0.7", "fd00::7"), pod.network().ips());
        assertEquals(
                folder.resolve("netns/crij-" + pod.id().substring(0, 12)),
                pod.paths().net());
        assertTrue(Files.readString(pod.paths().net()).endsWith("net"));
        assertTrue(Files.exists(pod.paths().ipc()) && Files.exists(pod.paths().uts()));
        assertEquals(
                pod.id().substring(0, 12) + "\n", Files.readString(pod.paths().hostname()));
        assertTrue(Files.readString(pod.paths().hosts())
                .contains("10.9.0.7\t" + pod.id().substring(0, 12)));
        assertEquals("/crij/" + pod.id(), pod.cgroup());
        assertEquals(List.of(pod), node.pods().list());
        var spec = new SpecReader().spec(node.monitor.request(pod.id()).spec());
        assertTrue(spec.linux().creates(Namespace.Type.NETWORK));
        assertEquals("0", spec.linux().sysctl().get("net.ipv4.ip_unprivileged_port_start"));
        assertEquals(-998, spec.process().oomScoreAdj());
    }

    @Test
    void removingLeavesNothing() throws Exception {
        var pod = node.pods().run(node.pod("web"), "");
        node.started(pod, "main");

        node.pods().remove(pod.id());

        assertEquals(List.of(), node.remains());
        assertEquals(List.of(), node.pods().list());
        assertThrows(SandboxException.NotFound.class, () -> node.pods().find(pod.id()));
    }

    @Test
    void aHostNetworkPodRunsNoPlugin() throws Exception {
        var pod = node.pods().run(node.pod("web", Node.hostNetwork()), "");

        assertEquals(List.of(), node.plugins.calls());
        assertEquals(List.of(), pod.network().ips());
        assertEquals(null, pod.paths().net());
        assertEquals(
                Files.readString(Path.of("/proc/sys/kernel/hostname")),
                Files.readString(pod.paths().hostname()));
        node.pods().remove(pod.id());
        assertEquals(List.of(), node.remains());
    }

    @Test
    void anEqualRequestAnswersWithTheSamePod() throws Exception {
        var first = node.pods().run(node.pod("web"), "");
        assertEquals(first.id(), node.pods().run(node.pod("web"), "").id());
        assertEquals(
                1,
                node.events.stream()
                        .filter(event -> event instanceof SandboxEvent.PodReady)
                        .count());
    }

    @Test
    void anotherRequestForTheNameIsRefused() throws Exception {
        var first = node.pods().run(node.pod("web"), "");
        var refused = assertThrows(
                SandboxException.NameInUse.class, () -> node.pods().run(node.pod("web", Node.hostNetwork()), ""));
        assertEquals(first.id(), refused.id());
    }

    @Test
    void aRetryJoinsTheWorkUnderWay() throws Exception {
        node.monitor.createGate = new CountDownLatch(1);
        var first = run(node.pod("web"));
        node.monitor.createEntered.await();
        assertEquals(List.of(), node.pods().list());
        var second = run(node.pod("web"));
        node.monitor.createGate.countDown();

        assertEquals(first.get().id(), second.get().id());
        assertEquals(1, node.monitor.ids().size());
    }

    @Test
    void theRetryOfACallerThatWentAwayGetsItsWork() throws Exception {
        node.monitor.createGate = new CountDownLatch(1);
        var caller = Thread.ofVirtual()
                .start(() -> assertThrows(
                        InterruptedException.class, () -> node.pods().run(node.pod("web"), "")));
        node.monitor.createEntered.await();
        caller.interrupt();
        caller.join();
        node.monitor.createGate.countDown();

        var pod = node.pods().run(node.pod("web"), "");
        assertEquals(java.util.Set.of(pod.id()), node.monitor.ids());
    }

    @Test
    void workThatNobodyAsksForAgainIsUndoneAndFreesTheName() throws Exception {
        node.close();
        node.keepUnclaimed = Duration.ofMillis(100);
        node.boot();
        node.monitor.createGate = new CountDownLatch(1);
        var caller = Thread.ofVirtual()
                .start(() -> assertThrows(
                        InterruptedException.class, () -> node.pods().run(node.pod("web"), "")));
        node.monitor.createEntered.await();
        caller.interrupt();
        caller.join();
        node.monitor.createGate.countDown();

        Eventually.holds(() -> node.monitor.calls().stream().anyMatch(call -> call.startsWith("delete")));
        Eventually.holds(() -> node.remains().isEmpty());
        assertTrue(node.pods().run(node.pod("web", Node.hostNetwork()), "").ready());
    }

    @Test
    void aFailureAtAnyStageLeavesNothing() throws Exception {
        node.monitor.failNext("create", Code.STEP_FAILED);
        assertThrows(SandboxException.RuntimeFailed.class, () -> node.pods().run(node.pod("a"), ""));
        assertEquals(List.of(), node.remains());

        node.monitor.failNext("start", Code.STEP_FAILED);
        assertThrows(SandboxException.RuntimeFailed.class, () -> node.pods().run(node.pod("a"), ""));
        assertEquals(List.of(), node.remains());

        node.mounts.failingPin = "uts";
        assertThrows(SandboxException.StorageFailed.class, () -> node.pods().run(node.pod("a"), ""));
        node.mounts.failingPin = "";
        assertEquals(List.of(), node.remains());

        node.plugins.instead(
                "main", "ADD", "echo '{\"code\":11,\"msg\":\"no addresses\",\"details\":\"pool is used up\"}'; exit 1");
        var failed = assertThrows(
                SandboxException.NetworkFailed.class, () -> node.pods().run(node.pod("a"), ""));
        assertTrue(failed.getMessage().contains("\"main\""), failed.getMessage());
        assertTrue(failed.getMessage().contains("net.conflist"), failed.getMessage());
        assertTrue(failed.getMessage().contains("no addresses: pool is used up"), failed.getMessage());
        assertEquals(List.of(), node.remains());
        assertTrue(Files.notExists(folder.resolve("podlogs/a")));
    }

    @Test
    void undoGoesOnPastAFailureAndRetries() throws Exception {
        node.mounts.failingPin = "uts";
        node.monitor.failNext("delete", Code.INTERNAL);
        assertThrows(SandboxException.StorageFailed.class, () -> node.pods().run(node.pod("a"), ""));
        assertEquals(1, node.remains().size(), node.remains().toString());

        Eventually.holds(() -> node.remains().isEmpty());
    }

    @Test
    void stoppingIsIdempotentAndReleasesTheNetworkOnce() throws Exception {
        var pod = node.pods().run(node.pod("web"), "");
        node.pods().stop(pod.id());
        node.pods().stop(pod.id());
        node.pods().stop("0123456789abcdef");

        var stopped = node.pods().find(pod.id());
        assertInstanceOf(PodState.NotReady.class, stopped.state());
        assertInstanceOf(PodNetwork.Released.class, stopped.network());
        assertEquals(
                1,
                node.plugins.calls().stream()
                        .filter(call -> call.startsWith("DEL"))
                        .count());
        assertEquals(List.of(), node.plugins.leases());
    }

    @Test
    void aStoppedPodKeepsItsNameUntilItIsRemoved() throws Exception {
        var pod = node.pods().run(node.pod("web"), "");
        node.pods().stop(pod.id());
        assertThrows(SandboxException.WrongState.class, () -> node.pods().run(node.pod("web"), ""));
        node.pods().remove(pod.id());
        assertNotEquals(pod.id(), node.pods().run(node.pod("web"), "").id());
    }

    @Test
    void aFailingDelDoesNotHoldTheStopUpAndIsRetried() throws Exception {
        var pod = node.pods().run(node.pod("web"), "");
        node.plugins.instead("main", "DEL", "echo '{\"code\":7,\"msg\":\"busy\"}'; exit 1");
        node.pods().remove(pod.id());
        assertEquals(List.of(), node.pods().list());
        assertTrue(Files.exists(pod.paths().net()), "the plugin still needs the namespace");

        node.plugins.asUsual("main", "DEL");
        Eventually.holds(() -> node.remains().isEmpty());
    }

    @Test
    void theEndOfThePauseProcessMakesThePodNotReady() throws Exception {
        var pod = node.pods().run(node.pod("web"), "");
        node.monitor.exit(pod.id(), 137, false);
        Eventually.holds(() -> !node.pods().find(pod.id()).ready());
        assertInstanceOf(SandboxEvent.PodNotReady.class, node.events.getLast());
    }

    @Test
    void podsAreFoundByTheBeginningOfTheirId() throws Exception {
        var pod = node.pods().run(node.pod("web"), "");
        assertEquals(pod.id(), node.pods().find(pod.id().substring(0, 10)).id());
        assertThrows(SandboxException.NotFound.class, () -> node.pods().find("zz"));
        assertThrows(SandboxException.Invalid.class, () -> node.pods().find(""));
    }

    @Test
    void anUnknownHandlerNamesTheKnownOnes() {
        var unknown = assertThrows(
                SandboxException.HandlerUnknown.class, () -> node.pods().run(node.pod("web"), "kata"));
        assertTrue(unknown.getMessage().contains("known handlers are crij"), unknown.getMessage());
    }

    private FutureTask<PodRecord> run(PodConfig config) {
        var task = new FutureTask<>(() -> node.pods().run(config, ""));
        Thread.ofVirtual().start(task);
        return task;
    }
}
