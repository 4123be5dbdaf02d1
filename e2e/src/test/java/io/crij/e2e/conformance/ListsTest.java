package io.crij.e2e.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crij.cri.v1.Container;
import io.crij.cri.v1.ContainerFilter;
import io.crij.cri.v1.ContainerState;
import io.crij.cri.v1.ContainerStateValue;
import io.crij.cri.v1.ContainerStats;
import io.crij.cri.v1.ContainerStatsFilter;
import io.crij.cri.v1.ListContainerStatsRequest;
import io.crij.cri.v1.ListContainersRequest;
import io.crij.cri.v1.ListPodSandboxRequest;
import io.crij.cri.v1.ListPodSandboxStatsRequest;
import io.crij.cri.v1.NamespaceMode;
import io.crij.cri.v1.PodSandbox;
import io.crij.cri.v1.PodSandboxFilter;
import io.crij.cri.v1.PodSandboxState;
import io.crij.cri.v1.PodSandboxStateValue;
import io.crij.cri.v1.PodSandboxStatsFilter;
import io.crij.cri.v1.PodSandboxStatusRequest;
import io.crij.cri.v1.StreamContainersRequest;
import io.crij.cri.v1.StreamPodSandboxesRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// Lists with all their filters, as answers and as streams; what was given with a pod or container comes back
/// unaltered.
@ExtendWith(SharedNode.class)
class ListsTest {
    @Test
    void podsAreFilteredByEachFieldAndByAllTogether(Lab lab) {
        var first = lab.pod("first", c -> c.putLabels("tier", "front").putLabels("zone", "a"));
        var second = lab.pod("second", c -> c.putLabels("tier", "back").putLabels("zone", "a"));
        lab.pods().stopPod(second.id());

        assertEquals(Set.of(first.id()), pods(lab, f -> f.setId(first.id())));
        assertEquals(Set.of(first.id()), pods(lab, f -> f.setId(first.id().substring(0, 13))));
        assertEquals(Set.of(first.id()), pods(lab, f -> f.putLabelSelector("tier", "front")));
        assertEquals(Set.of(first.id(), second.id()), pods(lab, f -> f.putLabelSelector("zone", "a")));
        assertEquals(
                Set.of(second.id()),
                pods(lab, f -> f.putLabelSelector("zone", "a").setState(state(PodSandboxState.SANDBOX_NOTREADY))));
        assertEquals(Set.of(), pods(lab, f -> f.setId(first.id()).setState(state(PodSandboxState.SANDBOX_NOTREADY))));
        assertEquals(
                Set.of(), pods(lab, f -> f.putLabelSelector("tier", "front").putLabelSelector("zone", "b")));
        assertEquals(Set.of(), pods(lab, f -> f.setId("ffffffffffff")));
    }

    private static PodSandboxStateValue state(PodSandboxState state) {
        return PodSandboxStateValue.newBuilder().setState(state).build();
    }

    /// Ids by the list, which the stream must give too.
    private static Set<String> pods(Lab lab, Consumer<PodSandboxFilter.Builder> change) {
        var filter = PodSandboxFilter.newBuilder();
        change.accept(filter);
        var listed = lab.runtime()
                .listPodSandbox(
                        ListPodSandboxRequest.newBuilder().setFilter(filter).build())
                .getItemsList();
        var streamed = new ArrayList<PodSandbox>();
        lab.runtime()
                .streamPodSandboxes(
                        StreamPodSandboxesRequest.newBuilder().setFilter(filter).build())
                .forEachRemaining(answer -> streamed.addAll(answer.getPodSandboxesList()));
        assertEquals(listed, streamed);
        return listed.stream().map(PodSandbox::getId).collect(Collectors.toSet());
    }

    @Test
    void containersAreFilteredByEachFieldAndByAllTogether(Lab lab) {
        var pod = lab.pod("first");
        var other = lab.pod("other");
        var created = pod.create("created", c -> c.putLabels("tier", "front"), "true");
        var running = pod.start("running", c -> c.putLabels("tier", "back"), "sleep", "100");
        var ended = other.run("ended", c -> c.putLabels("tier", "back"), "true")
                .status()
                .getId();

        assertEquals(Set.of(created), containers(lab, f -> f.setId(created)));
        assertEquals(Set.of(created), containers(lab, f -> f.setId(created.substring(0, 13))));
        assertEquals(Set.of(created, running), containers(lab, f -> f.setPodSandboxId(pod.id())));
        assertEquals(
                Set.of(created, running),
                containers(lab, f -> f.setPodSandboxId(pod.id().substring(0, 13))));
        assertEquals(Set.of(running, ended), containers(lab, f -> f.putLabelSelector("tier", "back")));
        for (var expected : Map.of(
                        ContainerState.CONTAINER_CREATED, created,
                        ContainerState.CONTAINER_RUNNING, running,
                        ContainerState.CONTAINER_EXITED, ended)
                .entrySet()) {
            assertTrue(
                    containers(lab, f -> f.setState(state(expected.getKey()))).contains(expected.getValue()));
        }
        assertEquals(
                Set.of(ended),
                containers(
                        lab,
                        f -> f.setPodSandboxId(other.id())
                                .setState(state(ContainerState.CONTAINER_EXITED))
                                .putLabelSelector("tier", "back")));
        assertEquals(
                Set.of(), containers(lab, f -> f.setId(created).setState(state(ContainerState.CONTAINER_RUNNING))));
        assertEquals(Set.of(), containers(lab, f -> f.setPodSandboxId("ffffffffffff")));
    }

    private static ContainerStateValue state(ContainerState state) {
        return ContainerStateValue.newBuilder().setState(state).build();
    }

    private static Set<String> containers(Lab lab, Consumer<ContainerFilter.Builder> change) {
        var filter = ContainerFilter.newBuilder();
        change.accept(filter);
        var listed = lab.runtime()
                .listContainers(
                        ListContainersRequest.newBuilder().setFilter(filter).build())
                .getContainersList();
        var streamed = new ArrayList<Container>();
        lab.runtime()
                .streamContainers(
                        StreamContainersRequest.newBuilder().setFilter(filter).build())
                .forEachRemaining(answer -> streamed.addAll(answer.getContainersList()));
        assertEquals(listed, streamed);
        return listed.stream().map(Container::getId).collect(Collectors.toSet());
    }

    @Test
    void statsAreThoseOfRunningContainersThatTheFilterNames(Lab lab) {
        var pod = lab.pod("stats", c -> c.putLabels("stats", "yes"));
        var created = pod.create("created", c -> c.putLabels("counted", "yes"), "true");
        var first = pod.start("first", c -> c.putLabels("counted", "yes"), "sleep", "100");
        var second = pod.start("second", "sleep", "100");

        assertEquals(Set.of(first), stats(lab, f -> f.setId(first)));
        assertEquals(Set.of(first), stats(lab, f -> f.putLabelSelector("counted", "yes")));
        assertEquals(Set.of(first, second), stats(lab, f -> f.setPodSandboxId(pod.id())));
        assertEquals(Set.of(), stats(lab, f -> f.setId(created)));
        var everything = lab.runtime().listContainerStats(ListContainerStatsRequest.getDefaultInstance());
        assertTrue(ids(everything.getStatsList()).containsAll(Set.of(first, second)));
        var podStats = lab.runtime()
                .listPodSandboxStats(ListPodSandboxStatsRequest.newBuilder()
                        .setFilter(PodSandboxStatsFilter.newBuilder().putLabelSelector("stats", "yes"))
                        .build())
                .getStatsList();
        assertEquals(1, podStats.size());
        assertEquals(pod.id(), podStats.getFirst().getAttributes().getId());
    }

    private static Set<String> stats(Lab lab, Consumer<ContainerStatsFilter.Builder> change) {
        var filter = ContainerStatsFilter.newBuilder();
        change.accept(filter);
        return ids(lab.runtime()
                .listContainerStats(
                        ListContainerStatsRequest.newBuilder().setFilter(filter).build())
                .getStatsList());
    }

    private static Set<String> ids(List<ContainerStats> stats) {
        return stats.stream().map(one -> one.getAttributes().getId()).collect(Collectors.toSet());
    }

    @Test
    void whatWasGivenComesBackUnaltered(Lab lab) {
        var labels = Map.of("io.kubernetes.pod.name", "kept", "plain", "", "dotted.name/x", "ä value");
        var annotations = Map.of("io.kubernetes.container.hash", "1", "vendor/with space", "{\"json\": [1, 2]}");
        var pod = lab.pod("kept", c -> {
            c.clearLabels().putAllLabels(labels).putAllAnnotations(annotations);
            c.getMetadataBuilder().setAttempt(7);
        });
        var status = lab.runtime()
                .podSandboxStatus(PodSandboxStatusRequest.newBuilder()
                        .setPodSandboxId(pod.id())
                        .build())
                .getStatus();
        assertEquals(labels, status.getLabelsMap());
        assertEquals(annotations, status.getAnnotationsMap());
        assertEquals(pod.config().getMetadata(), status.getMetadata());
        assertEquals(PodSandboxState.SANDBOX_READY, status.getState());
        assertTrue(status.getCreatedAt() > 0);
        assertEquals("", status.getNetwork().getIp());
        assertEquals(
                NamespaceMode.NODE,
                status.getLinux().getNamespaces().getOptions().getNetwork());

        var id = pod.create(
                "kept",
                c -> {
                    c.putAllLabels(labels).putAllAnnotations(annotations);
                    c.getMetadataBuilder().setAttempt(3);
                },
                "true");
        var container = lab.pods().status(id);
        assertEquals(labels, container.getLabelsMap());
        assertEquals(annotations, container.getAnnotationsMap());
        assertEquals("kept", container.getMetadata().getName());
        assertEquals(3, container.getMetadata().getAttempt());
        var listed = lab.runtime()
                .listContainers(ListContainersRequest.newBuilder()
                        .setFilter(ContainerFilter.newBuilder().setId(id))
                        .build())
                .getContainers(0);
        assertEquals(labels, listed.getLabelsMap());
        assertEquals(annotations, listed.getAnnotationsMap());
        assertEquals(pod.id(), listed.getPodSandboxId());
        assertEquals(container.getImageId(), listed.getImageId());
        assertEquals(
                lab.image(),
                listed.getImage().getUserSpecifiedImage().isEmpty()
                        ? listed.getImage().getImage()
                        : "");
    }
}
