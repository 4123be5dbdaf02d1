package io.crij.e2e.bench;

import io.crij.cri.v1.ContainerStatusRequest;
import io.crij.cri.v1.ListContainerStatsRequest;
import io.crij.cri.v1.ListContainersRequest;
import io.crij.cri.v1.ListPodSandboxMetricsRequest;
import io.crij.cri.v1.ListPodSandboxRequest;
import io.crij.cri.v1.ListPodSandboxStatsRequest;
import io.crij.cri.v1.NamespaceMode;
import io.crij.cri.v1.RuntimeServiceGrpc.RuntimeServiceBlockingStub;
import io.crij.e2e.Node;
import io.crij.e2e.Pods;
import io.crij.e2e.TestImage;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/// What a kubelet asks again and again, on a node that is full: lists, states and statistics of a hundred pods with a
/// container each, on cri-j and on containerd in turn.
final class ListsBench {
    private static final int PODS = 100;
    private static final List<String> COMMAND =
            List.of("sh", "-c", "trap 'exit 0' TERM; while :; do sleep 1000 & wait; done");
    /// Milliseconds that a list of statistics may take.
    private static final double STATS_LIMIT = 20;

    private final Map<String, Node> nodes;
    private final Map<String, String> containers = new LinkedHashMap<>();
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
            nodes.forEach(this::round);
        }
        return rows.list();
    }

    private void fill(String who, Node node) {
        var image = node.registry().push(TestImage.busybox("bench/lists:1"));
        var pods = node.pods();
        pods.pull(image);
        for (int i = 0; i < PODS; i++) {
            var config = pods.config("lists-" + i, NamespaceMode.POD).build();
            var pod = pods.run(config);
            var container = pods.create(
                    pod,
                    config,
                    Pods.container("main", image, NamespaceMode.POD, COMMAND).build());
            pods.start(container);
            containers.put(who, container);
        }
        System.err.printf("  lists: %d pods on %s%n", PODS, who);
    }

    private void round(String who, Node node) {
        var runtime = node.pods().client().runtime();
        var equal = Promise.ratio(1, Row.CONTAINERD);
        var limited = Promise.atMost(STATS_LIMIT);
        var status = ContainerStatusRequest.newBuilder()
                .setContainerId(containers.getOrDefault(who, ""))
                .build();
        measure(who, "ContainerStatus", equal, runtime, r -> r.containerStatus(status));
        measure(
                who,
                "ListContainers",
                equal,
                runtime,
                r -> r.listContainers(ListContainersRequest.getDefaultInstance()));
        measure(
                who,
                "ListPodSandbox",
                equal,
                runtime,
                r -> r.listPodSandbox(ListPodSandboxRequest.getDefaultInstance()));
        measure(
                who,
                "ListContainerStats",
                limited,
                runtime,
                r -> r.listContainerStats(ListContainerStatsRequest.getDefaultInstance()));
        measure(
                who,
                "ListPodSandboxStats",
                limited,
                runtime,
                r -> r.listPodSandboxStats(ListPodSandboxStatsRequest.getDefaultInstance()));
        // the packaged containerd does not know this call
        if (who.equals(Row.OURS)) {
            measure(
                    who,
                    "ListPodSandboxMetrics",
                    Promise.NONE,
                    runtime,
                    r -> r.listPodSandboxMetrics(ListPodSandboxMetricsRequest.getDefaultInstance()));
        }
    }

    private void measure(
            String who,
            String call,
            Promise promise,
            RuntimeServiceBlockingStub runtime,
            Consumer<RuntimeServiceBlockingStub> ask) {
        long begin = System.nanoTime();
        ask.accept(runtime);
        rows.add(who, call + ", " + PODS + " pods", "ms", promise, (System.nanoTime() - begin) / 1e6);
    }
}
