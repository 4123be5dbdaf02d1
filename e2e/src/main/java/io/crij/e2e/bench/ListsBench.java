package io.crij.e2e.bench;

import io.crij.cri.v1.ContainerFilter;
import io.crij.cri.v1.ContainerStatusRequest;
import io.crij.cri.v1.ImageServiceGrpc.ImageServiceBlockingStub;
import io.crij.cri.v1.ImageSpec;
import io.crij.cri.v1.ImageStatusRequest;
import io.crij.cri.v1.ListContainerStatsRequest;
import io.crij.cri.v1.ListContainersRequest;
import io.crij.cri.v1.ListImagesRequest;
import io.crij.cri.v1.ListPodSandboxMetricsRequest;
import io.crij.cri.v1.ListPodSandboxRequest;
import io.crij.cri.v1.ListPodSandboxStatsRequest;
import io.crij.cri.v1.NamespaceMode;
import io.crij.cri.v1.PodSandboxStatusRequest;
import io.crij.cri.v1.RuntimeServiceGrpc.RuntimeServiceBlockingStub;
import io.crij.cri.v1.StatusRequest;
import io.crij.cri.v1.VersionRequest;
import io.crij.e2e.Node;
import io.crij.e2e.Pods;
import io.crij.e2e.TestImage;
import io.crij.server.cli.CriClient;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;

/// What a kubelet asks again and again, on a node that is full: lists, states and statistics of a hundred pods with a
/// container each, on cri-j and on containerd in turn.
final class ListsBench {
    private static final int PODS = 100;
    private static final List<String> COMMAND =
            List.of("sh", "-c", "trap 'exit 0' TERM; while :; do sleep 1000 & wait; done");
    /// Milliseconds that a list of statistics may take.
    private static final double STATS_LIMIT = 20;
    private static final int STATS_OF_PEERS_EVERY = 10;

    private final Map<String, Node> nodes;
    private final Map<String, Asked> asked = new LinkedHashMap<>();
    private final Rows rows = new Rows();

    ListsBench(Map<String, Node> nodes) {
        this.nodes = nodes;
    }

    List<Row> run(int warmUp, int rounds) {
        nodes.forEach(this::fill);
        for (int i = 0; i < warmUp + rounds; i++) {
            if (i == warmUp) {
                rows.clear();
            }
            // containerd takes seconds for the statistics of a hundred pods
            boolean ofAll = i % STATS_OF_PEERS_EVERY == 0;
            nodes.forEach((who, node) -> round(who, node, ofAll || who.equals(Row.OURS)));
        }
        return rows.list();
    }

    private void fill(String who, Node node) {
        var image = node.registry().push(TestImage.busybox("bench/lists:1"));
        var pods = node.pods();
        pods.pull(image);
        String pod = "";
        String container = "";
        for (int i = 0; i < PODS; i++) {
            var config = pods.config("lists-" + i, NamespaceMode.POD).build();
            pod = pods.run(config);
            container = pods.create(
                    pod,
                    config,
                    Pods.container("main", image, NamespaceMode.POD, COMMAND).build());
            pods.start(container);
        }
        asked.put(who, new Asked(pod, container, image));
        System.err.printf("  lists: %d pods on %s%n", PODS, who);
    }

    private void round(String who, Node node, boolean statistics) {
        var ask = new Questions(who, node.pods().client());
        var about = Objects.requireNonNull(asked.get(who));
        var equal = Promise.ratio(1, Row.CONTAINERD);
        // what a call costs whatever it does, the client's part included
        ask.runtime("Version", Promise.NONE, r -> r.version(VersionRequest.getDefaultInstance()));
        ask.runtime("Status", equal, r -> r.status(StatusRequest.getDefaultInstance()));
        ask.runtime("ContainerStatus", equal, r -> r.containerStatus(about.containerStatus()));
        ask.runtime("PodSandboxStatus", equal, r -> r.podSandboxStatus(about.podStatus()));
        ask.runtime("ListContainers", equal, r -> r.listContainers(ListContainersRequest.getDefaultInstance()));
        ask.runtime("ListContainers of a pod", equal, r -> r.listContainers(about.containersOfPod()));
        ask.runtime("ListPodSandbox", equal, r -> r.listPodSandbox(ListPodSandboxRequest.getDefaultInstance()));
        ask.images("ListImages", equal, i -> i.listImages(ListImagesRequest.getDefaultInstance()));
        ask.images("ImageStatus", equal, i -> i.imageStatus(about.imageStatus()));
        if (statistics) {
            statistics(who, ask);
        }
    }

    private static void statistics(String who, Questions ask) {
        var limited = Promise.atMost(STATS_LIMIT);
        ask.runtime(
                "ListContainerStats",
                limited,
                r -> r.listContainerStats(ListContainerStatsRequest.getDefaultInstance()));
        ask.runtime(
                "ListPodSandboxStats",
                limited,
                r -> r.listPodSandboxStats(ListPodSandboxStatsRequest.getDefaultInstance()));
        // the packaged containerd does not know this call
        if (who.equals(Row.OURS)) {
            ask.runtime(
                    "ListPodSandboxMetrics",
                    Promise.NONE,
                    r -> r.listPodSandboxMetrics(ListPodSandboxMetricsRequest.getDefaultInstance()));
        }
    }

    /// What single questions are about.
    private record Asked(String pod, String container, String image) {
        ContainerStatusRequest containerStatus() {
            return ContainerStatusRequest.newBuilder().setContainerId(container).build();
        }

        PodSandboxStatusRequest podStatus() {
            return PodSandboxStatusRequest.newBuilder().setPodSandboxId(pod).build();
        }

        ListContainersRequest containersOfPod() {
            return ListContainersRequest.newBuilder()
                    .setFilter(ContainerFilter.newBuilder().setPodSandboxId(pod))
                    .build();
        }

        ImageStatusRequest imageStatus() {
            return ImageStatusRequest.newBuilder()
                    .setImage(ImageSpec.newBuilder().setImage(image))
                    .build();
        }
    }

    /// Asks one server and notes how long the answer took.
    private final class Questions {
        private final String who;
        private final CriClient client;

        Questions(String who, CriClient client) {
            this.who = who;
            this.client = client;
        }

        void runtime(String call, Promise promise, Consumer<RuntimeServiceBlockingStub> question) {
            measure(call, promise, () -> question.accept(client.runtime()));
        }

        void images(String call, Promise promise, Consumer<ImageServiceBlockingStub> question) {
            measure(call, promise, () -> question.accept(client.images()));
        }

        private void measure(String call, Promise promise, Runnable question) {
            long begin = System.nanoTime();
            question.run();
            rows.add(who, call + ", " + PODS + " pods", "ms", promise, (System.nanoTime() - begin) / 1e6);
        }
    }
}
