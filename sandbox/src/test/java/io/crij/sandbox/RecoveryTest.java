package io.crij.sandbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecoveryTest {
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
    void podsAndContainersAreFoundAgain() throws Exception {
        var pod = node.pods().run(node.pod("web"), "");
        var running = node.started(pod, "main");
        var ended = node.started(pod, "job");
        node.monitor.exit(ended.id(), 3, true);
        Eventually.holds(() -> node.containers().find(ended.id()).status().ended());
        var before = node.containers().find(ended.id());
        restart();

        assertEquals(pod, node.pods().find(pod.id()));
        assertTrue(node.containers().find(running.id()).status().running());
        assertEquals(before, node.containers().find(ended.id()));
        assertEquals(pod.id(), node.pods().run(node.pod("web"), "").id());
        assertEquals(
                running.id(),
                node.containers()
                        .create(pod.id(), node.container("main", "r"), node.plan())
                        .id());
        node.pods().remove(pod.id());
        assertEquals(List.of(), node.remains());
    }

    @Test
    void anExitWhileAwayIsRecordedAndTold() throws Exception {
        var pod = node.pods().run(node.pod("web"), "");
        var container = node.started(pod, "main");
        node.crash();
        node.monitor.exit(container.id(), 137, true);
        node.events.clear();
        node.boot();

        var exited =
                (ContainerStatus.Exited) node.containers().find(container.id()).status();
        assertEquals("OOMKilled", exited.reason());
        assertTrue(
                node.events.contains(
                        new SandboxEvent.ContainerExited(node.containers().find(container.id()))),
                node.events.toString());
    }

    @Test
    void aPodThatDiedWhileAwayIsTold() throws Exception {
        var pod = node.pods().run(node.pod("web"), "");
        node.crash();
        node.monitor.loseEverything();
        node.events.clear();
        node.boot();

        assertTrue(
                node.events.contains(new SandboxEvent.PodNotReady(node.pods().find(pod.id()))), node.events.toString());
    }

    @Test
    void afterARebootPodsAreNotReadyAndTheirAddressesFree() throws Exception {
        var pod = node.pods().run(node.pod("web"), "");
        var container = node.started(pod, "main");
        node.crash();
        node.monitor.loseEverything();
        node.mounts.mounted.clear();
        delete(folder.resolve("state"));
        delete(folder.resolve("netns"));
        node.boot();

        assertInstanceOf(PodState.NotReady.class, node.pods().find(pod.id()).state());
        var exited =
                (ContainerStatus.Exited) node.containers().find(container.id()).status();
        assertEquals(255, exited.code());
        assertEquals("Unknown", exited.reason());
        Eventually.holds(() -> node.plugins.leases().isEmpty());
        node.pods().remove(pod.id());
        assertEquals(List.of(), node.remains());
    }

    @Test
    void aPodWhoseMakerDiedIsRemoved() throws Exception {
        for (var stage : List.of("record", "process", "network")) {
            var pod = node.pods().run(node.pod("web"), "");
            node.crash();
            unmake(pod, stage);
            node.boot();
            assertEquals(List.of(), node.pods().list(), stage);
            Eventually.holds(() -> node.remains().isEmpty());
        }
    }

    /// Turns a pod back into what its making had left at a stage.
    private void unmake(PodRecord pod, String stage) throws Exception {
        var record = folder.resolve("data/pods").resolve(pod.id()).resolve("pod.json");
        Files.writeString(record, Files.readString(record).replace("\"kind\":\"Ready\"", "\"kind\":\"Creating\""));
        if (stage.equals("network")) {
            return;
        }
        Files.delete(folder.resolve("data/cni/" + pod.id() + ".json"));
        node.plugins.clearLeases();
        if (stage.equals("process")) {
            return;
        }
        node.monitor.loseEverything();
        delete(folder.resolve("state"));
        delete(folder.resolve("netns"));
        node.mounts.mounted.clear();
    }

    @Test
    void aContainerWhoseMakerDiedIsRemovedAndItsPodStays() throws Exception {
        var pod = node.pods().run(node.pod("web"), "");
        var container = node.started(pod, "main");
        node.crash();
        var record = folder.resolve("data/containers").resolve(container.id()).resolve("container.json");
        Files.writeString(record, Files.readString(record).replace("\"kind\":\"Running\"", "\"kind\":\"Creating\""));
        node.boot();

        assertEquals(List.of(), node.containers().list());
        assertEquals(java.util.Set.of(pod.id()), node.monitor.ids());
        assertEquals(java.util.Set.of(), node.rootfs.made);
        assertTrue(node.pods().find(pod.id()).ready());
    }

    @Test
    void aHalfRemovedPodIsRemovedWhole() throws Exception {
        var pod = node.pods().run(node.pod("web"), "");
        node.started(pod, "main");
        node.crash();
        var record = folder.resolve("data/pods").resolve(pod.id()).resolve("pod.json");
        Files.writeString(record, Files.readString(record).replace("\"kind\":\"Ready\"", "\"kind\":\"Removing\""));
        node.boot();
        assertEquals(List.of(), node.pods().list());
        Eventually.holds(() -> node.remains().isEmpty());
    }

    @Test
    void aCorruptRecordIsSetAsideAndTheOthersStay() throws Exception {
        var bad = node.pods().run(node.pod("bad"), "");
        var good = node.pods().run(node.pod("good"), "");
        node.started(bad, "main");
        node.crash();
        Files.writeString(folder.resolve("data/pods").resolve(bad.id()).resolve("pod.json"), "{\"version\":1,");
        node.boot();

        assertEquals(
                List.of(good.id()),
                node.pods().list().stream().map(PodRecord::id).toList());
        assertEquals(java.util.Set.of(good.id()), node.monitor.ids());
        try (var aside = Files.list(folder.resolve("data/quarantine"))) {
            var place = aside.toList().getFirst();
            assertTrue(Files.readString(place.resolve("reason.txt")).contains("cannot be read"));
        }
        node.pods().remove(good.id());
        Eventually.holds(() -> node.remains().isEmpty());
    }

    @Test
    void aRecordOfANewerVersionIsSetAside() throws Exception {
        var pod = node.pods().run(node.pod("web"), "");
        node.crash();
        var record = folder.resolve("data/pods").resolve(pod.id()).resolve("pod.json");
        Files.writeString(record, Files.readString(record).replace("{\"version\":1", "{\"version\":99"));
        node.boot();
        assertThrows(SandboxException.NotFound.class, () -> node.pods().find(pod.id()));
        assertTrue(Files.exists(folder.resolve("data/quarantine")));
    }

    @Test
    void aBrokenConnectionIsTakenUpAgain() throws Exception {
        var pod = node.pods().run(node.pod("web"), "");
        var container = node.started(pod, "main");
        node.monitor.dropListeners();
        node.monitor.exit(container.id(), 9, false);
        Eventually.holds(() -> node.containers().find(container.id()).status().ended());
        assertEquals(
                9,
                ((ContainerStatus.Exited) node.containers().find(container.id()).status()).code());
    }

    private void restart() throws Exception {
        node.crash();
        node.boot();
    }

    private static void delete(Path tree) throws Exception {
        try (var files = Files.walk(tree)) {
            for (var file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
