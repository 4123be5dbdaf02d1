package io.crij.sandbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crij.oci.runtime.Rootfs;
import io.crij.oci.spec.Spec;
import io.crij.oci.spec.SpecReader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LifeHooksTest {
    @TempDir
    Path folder;

    private final Recorder hooks = new Recorder();
    private Node node;

    /// Writes down what it is told, and refuses what it is told to.
    private static final class Recorder implements LifeHooks {
        private final List<String> told = Collections.synchronizedList(new ArrayList<>());
        private volatile String refused = "";
        private volatile Node node;

        private void take(String what) {
            told.add(what);
        }

        private void orRefuse(String what) throws SandboxException {
            told.add(what);
            if (what.startsWith(refused) && !refused.isEmpty()) {
                throw new SandboxException.Refused("no " + what);
            }
        }

        @Override
        public void podMade(PodRecord pod, int pausePid) throws SandboxException {
            assertTrue(pausePid > 0);
            assertTrue(node.pods().list().isEmpty(), "a pod that is being made is not listed");
            orRefuse("pod made " + pod.config().metadata().name());
        }

        @Override
        public void podStopped(PodRecord pod) {
            boolean whole = !(pod.network() instanceof PodNetwork.Released);
            take("pod stopped " + (whole ? "whole" : "without network"));
        }

        @Override
        public void podGone(PodRecord pod) {
            take("pod gone");
        }

        @Override
        public void containerMade(ContainerRecord container) {
            take("made " + container.config().metadata().name());
        }

        @Override
        public void containerStarting(ContainerRecord container) throws SandboxException {
            orRefuse("starting " + container.config().metadata().name());
        }

        @Override
        public void containerStarted(ContainerRecord container) {
            take("started " + container.config().metadata().name());
        }

        @Override
        public void containerEnded(ContainerRecord container) {
            assertTrue(container.status().ended());
            take("ended " + container.config().metadata().name());
        }

        @Override
        public void containerGone(ContainerRecord container) {
            take("gone " + container.config().metadata().name());
        }
    }

    @BeforeEach
    void start() throws Exception {
        node = new Node(folder);
        node.crash();
        node.hook(hooks);
        hooks.node = node;
        node.boot();
    }

    @AfterEach
    void end() {
        node.close();
    }

    @Test
    void lifeIsToldInOrder() throws Exception {
        var pod = node.pods().run(node.pod("web"), "");
        var container = node.started(pod, "main");
        node.containers().stop(container.id(), Duration.ZERO);
        node.containers().remove(container.id());
        node.pods().stop(pod.id());
        node.pods().remove(pod.id());
        assertEquals(
                List.of(
                        "pod made web",
                        "made main",
                        "starting main",
                        "started main",
                        "ended main",
                        "ended main",
                        "gone main",
                        "pod stopped whole",
                        // the removal stops once more
                        "pod stopped without network",
                        "pod gone"),
                hooks.told);
    }

    @Test
    void refusedPodIsUndone() throws Exception {
        hooks.refused = "pod made";
        var failure =
                assertThrows(SandboxException.Refused.class, () -> node.pods().run(node.pod("web"), ""));
        assertEquals("no pod made web", failure.getMessage());
        assertEquals(List.of("pod made web", "pod gone"), hooks.told);
        assertEquals(List.of(), node.remains());
        hooks.refused = "";
        node.pods().run(node.pod("web"), "");
    }

    @Test
    void refusedStartLeavesTheContainerAsItIs() throws Exception {
        var pod = node.pods().run(node.pod("web", Node.hostNetwork()), "");
        hooks.refused = "starting";
        var container = node.containers().create(pod.id(), node.container("main", "r"), node.plan());
        assertThrows(SandboxException.Refused.class, () -> node.containers().start(container.id()));
        assertInstanceOf(
                ContainerStatus.Created.class,
                node.containers().find(container.id()).status());
        hooks.refused = "";
        node.containers().start(container.id());
        assertTrue(node.containers().find(container.id()).status().running());
    }

    @Test
    void containerWhosePlanFailsIsGone() throws Exception {
        var pod = node.pods().run(node.pod("web", Node.hostNetwork()), "");
        hooks.told.clear();
        assertThrows(
                SandboxException.Refused.class,
                () -> node.containers().create(pod.id(), node.container("main", "r"), (_, _) -> {
                    throw new SandboxException.Refused("no");
                }));
        assertEquals(List.of("gone main"), hooks.told);
        assertTrue(node.containers().list().isEmpty());
    }

    @Test
    void planMayChoosePlaceAndLimits() throws Exception {
        var pod = node.pods().run(node.pod("web", Node.hostNetwork()), "");
        var limits = ContainerResources.none()
                .updatedBy(new ContainerResources(0, 0, 77, 0, 0, "", "", java.util.Map.of(), java.util.Map.of(), 0));
        var container = node.containers()
                .create(
                        pod.id(),
                        node.container("main", "r"),
                        (_, _) -> new ContainerPlan.Prepared(
                                Spec.EMPTY.with(s -> s.linux = s.linux.with(l -> l.cgroupsPath = "/elsewhere")),
                                new Rootfs.Overlay(
                                        List.of(Path.of("/lower")),
                                        Optional.of(Path.of("/upper")),
                                        Optional.of(Path.of("/work")),
                                        List.of()),
                                limits));
        assertEquals("/elsewhere", container.cgroup());
        assertEquals(77, container.resources().cpuShares());
        var spec = new SpecReader().spec(node.monitor.request(container.id()).spec());
        assertEquals("/elsewhere", spec.linux().cgroupsPath());
        assertEquals(container, node.containers().exact(container.id()).orElseThrow());
        assertEquals(spec, node.containers().specOf(container));
    }

    @Test
    void evictionStopsWithTheTimeOfTheContainer() throws Exception {
        var pod = node.pods().run(node.pod("web", Node.hostNetwork()), "");
        var container = node.started(pod, "main");
        node.containers().evict(container.id());
        assertTrue(node.containers().find(container.id()).status().ended());
        assertThrows(SandboxException.NotFound.class, () -> node.containers().evict("nobody"));
    }
}
