package io.crij.e2e.bench;

import io.crij.cri.v1.ListContainersRequest;
import io.crij.cri.v1.NamespaceMode;
import io.crij.e2e.Node;
import io.crij.e2e.Pods;
import io.crij.e2e.TestImage;
import java.util.List;
import java.util.Map;

/// Pods over the CRI socket: start, exec, removal, list and status, on cri-j and on containerd with runc, a pod each in
/// turn.
final class PodBench {
    private static final int WARM_UP_OF_PEERS = 5;
    private static final List<String> COMMAND =
            List.of("sh", "-c", "trap 'exit 0' TERM; while :; do sleep 1000 & wait; done");

    private final Map<String, Node> nodes;
    private final Rows rows = new Rows();

    /// @param nodes by name; "crij" is ours
    PodBench(Map<String, Node> nodes) {
        this.nodes = nodes;
    }

    List<Row> run(int warmUp, int rounds) {
        for (var node : nodes.values()) {
            node.pods().pull(image(node));
        }
        System.err.println("  pods: warming up");
        for (var entry : nodes.entrySet()) {
            // a compiled peer needs no more than its caches filled
            for (int i = 0; i < (entry.getKey().equals(Row.OURS) ? warmUp : WARM_UP_OF_PEERS); i++) {
                rounds(entry.getKey(), entry.getValue());
            }
        }
        rows.clear();
        for (int i = 0; i < rounds; i++) {
            nodes.forEach(this::rounds);
            if ((i + 1) % 10 == 0) {
                System.err.printf("  pods: round %d of %d%n", i + 1, rounds);
            }
        }
        return rows.list();
    }

    private void rounds(String who, Node node) {
        round(who, node, NamespaceMode.NODE, "host network", ratio(5, 9), ratio(3, 15));
        round(who, node, NamespaceMode.POD, "CNI bridge", ratio(3, 45), Promise.NONE);
    }

    private void round(String who, Node node, NamespaceMode network, String title, Promise start, Promise removal) {
        var pods = node.pods();
        var config = pods.config("bench", network).build();
        var wanted = Pods.confined("main", node.registry().name("bench/pod:1"), network, COMMAND)
                .build();
        var ids = new String[2];
        measure(who, "pod start, " + title, start, () -> {
            ids[0] = pods.run(config);
            ids[1] = pods.create(ids[0], config, wanted);
            pods.start(ids[1]);
        });
        if (network == NamespaceMode.NODE) {
            measure(who, "ExecSync of `true`", ratio(5, 2), () -> pods.exec(ids[1], "true"));
            measure(who, "ContainerStatus", Promise.NONE, () -> pods.status(ids[1]));
            measure(
                    who,
                    "ListContainers",
                    Promise.NONE,
                    () -> pods.client().runtime().listContainers(ListContainersRequest.getDefaultInstance()));
        }
        measure(who, "pod removal, " + title, removal, () -> {
            pods.stop(ids[1], 10);
            pods.remove(ids[1]);
            pods.stopPod(ids[0]);
            pods.removePod(ids[0]);
        });
    }

    private static Promise ratio(double least, double aim) {
        return Promise.ratio(least, Row.CONTAINERD).withAim(aim);
    }

    private void measure(String who, String title, Promise promise, Runnable work) {
        long begin = System.nanoTime();
        work.run();
        rows.add(who, title, "ms", promise, (System.nanoTime() - begin) / 1e6);
    }

    private static String image(Node node) {
        return node.registry().push(TestImage.busybox("bench/pod:1"));
    }
}
