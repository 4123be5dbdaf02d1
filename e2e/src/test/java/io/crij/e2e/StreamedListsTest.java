package io.crij.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.crij.cri.v1.Container;
import io.crij.cri.v1.ContainerFilter;
import io.crij.cri.v1.ListContainersRequest;
import io.crij.cri.v1.ListImagesRequest;
import io.crij.cri.v1.ListPodSandboxRequest;
import io.crij.cri.v1.NamespaceMode;
import io.crij.cri.v1.PodSandbox;
import io.crij.cri.v1.PodSandboxFilter;
import io.crij.cri.v1.StreamContainerStatsRequest;
import io.crij.cri.v1.StreamContainersRequest;
import io.crij.cri.v1.StreamImagesRequest;
import io.crij.cri.v1.StreamPodSandboxMetricsRequest;
import io.crij.cri.v1.StreamPodSandboxStatsRequest;
import io.crij.cri.v1.StreamPodSandboxesRequest;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// The lists as streams have the same items as the lists.
class StreamedListsTest {
    private static Node node;
    private static String pod;
    private static String container;

    @BeforeAll
    static void startNode() {
        node = Node.start();
        var image = node.registry().push(TestImage.busybox("e2e/lists:1"));
        var pods = node.pods();
        pods.pull(image);
        var config = pods.config("lists", NamespaceMode.NODE).build();
        pod = pods.run(config);
        container = pods.create(
                pod,
                config,
                Pods.container("main", image, NamespaceMode.NODE, List.of("sleep", "1000"))
                        .build());
        pods.start(container);
        pods.run(pods.config("other", NamespaceMode.NODE).build());
    }

    @AfterAll
    static void closeNode() {
        node.close();
    }

    @Test
    void pods() {
        var runtime = node.pods().client().runtime();
        var listed = runtime.listPodSandbox(ListPodSandboxRequest.getDefaultInstance())
                .getItemsList();
        assertEquals(2, listed.size());
        assertEquals(
                listed,
                all(
                        runtime.streamPodSandboxes(StreamPodSandboxesRequest.getDefaultInstance()),
                        answer -> answer.getPodSandboxesList()));
        var one = all(
                runtime.streamPodSandboxes(StreamPodSandboxesRequest.newBuilder()
                        .setFilter(PodSandboxFilter.newBuilder().setId(pod))
                        .build()),
                answer -> answer.getPodSandboxesList());
        assertEquals(List.of(pod), one.stream().map(PodSandbox::getId).toList());
    }

    @Test
    void containers() {
        var runtime = node.pods().client().runtime();
        var listed = runtime.listContainers(ListContainersRequest.getDefaultInstance())
                .getContainersList();
        assertEquals(List.of(container), listed.stream().map(Container::getId).toList());
        assertEquals(
                listed,
                all(
                        runtime.streamContainers(StreamContainersRequest.getDefaultInstance()),
                        answer -> answer.getContainersList()));
    }

    @Test
    void anEmptyListSendsNoMessage() {
        assertFalse(node.pods()
                .client()
                .runtime()
                .streamContainers(StreamContainersRequest.newBuilder()
                        .setFilter(ContainerFilter.newBuilder().setId("ffff"))
                        .build())
                .hasNext());
    }

    @Test
    void images() {
        var images = node.pods().client().images();
        assertEquals(
                images.listImages(ListImagesRequest.getDefaultInstance()).getImagesList(),
                all(images.streamImages(StreamImagesRequest.getDefaultInstance()), answer -> answer.getImagesList()));
    }

    @Test
    void statsAndMetrics() {
        var runtime = node.pods().client().runtime();
        var stats = all(
                runtime.streamContainerStats(StreamContainerStatsRequest.getDefaultInstance()),
                answer -> answer.getContainerStatsList());
        assertEquals(
                List.of(container),
                stats.stream().map(one -> one.getAttributes().getId()).toList());
        var podStats = all(
                runtime.streamPodSandboxStats(StreamPodSandboxStatsRequest.getDefaultInstance()),
                answer -> answer.getPodSandboxStatsList());
        assertEquals(
                node.pods().all(),
                podStats.stream().map(one -> one.getAttributes().getId()).toList());
        var metrics = all(
                runtime.streamPodSandboxMetrics(StreamPodSandboxMetricsRequest.getDefaultInstance()),
                answer -> answer.getPodSandboxMetricsList());
        assertEquals(
                node.pods().all(),
                metrics.stream().map(one -> one.getPodSandboxId()).toList());
    }

    private static <A, T> List<T> all(Iterator<A> answers, Function<A, List<T>> items) {
        var all = new ArrayList<T>();
        answers.forEachRemaining(answer -> all.addAll(items.apply(answer)));
        return all;
    }
}
