package io.crij.e2e.bench;

import io.crij.cri.v1.ListContainersRequest;
import io.crij.cri.v1.NamespaceMode;
import io.crij.e2e.Node;
import io.crij.e2e.Pods;
import io.crij.e2e.TestImage;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Pods over the CRI socket: start, exec, removal, list and status, on cri-j and on containerd with runc, a pod each in
/// turn.
final class PodBench {
    private static final List<String> COMMAND =
            List.of("sh", "-c", "trap 'exit 0' TERM; while :; do sleep 1000 & wait; done");

    private final Map<String, Node> nodes;
    private final Map<String, Row> rows = new LinkedHashMap<>();

    /// @param nodes by name; "crij" is ours
    PodBench(Map<String, Node> nodes) {
        this.nodes = nodes;
    }

    List<Row> run(int warmUp, int rounds) {
        for (var node : nodes.values()) {
            node.pods().pull(image(node));
        }
        for (int i = 0; i < warmUp + rounds; i++) {
            if (i == warmUp) {
                rows.clear();
            }
            for (var entry : nodes.entrySet()) {
                round(entry.getKey(), entry.getValue(), NamespaceMode.NODE, "host network", 5, 3);
                round(entry.getKey(), entry.getValue(), NamespaceMode.POD, "CNI bridge", 3, 0);
            }
            if ((i + 1) % 10 == 0) {
                System.err.printf("  pods: round %d of %d%n", i + 1, warmUp + rounds);
            }
        }
        return List.copyOf(rows.values());
    }

    private void round(
            String who, Node node, NamespaceMode network, String title, double startGate, double removalGate) {
        var pods = node.pods();
        var config = pods.config("bench", network).build();
        var wanted = Pods.container("main", node.registry().name("bench/pod:1"), network, COMMAND)
                .build();
        var ids = new String[2];
        measure(who, "pod start, " + title, startGate, () -> {
            ids[0] = pods.run(config);
            ids[1] = pods.create(ids[0], config, wanted);
            pods.start(ids[1]);
        });
        if (network == NamespaceMode.NODE) {
            measure(who, "ExecSync of `true`", 5, () -> pods.exec(ids[1], "true"));
            measure(who, "ContainerStatus", 0, () -> pods.status(ids[1]));
            measure(
                    who,
                    "ListContainers",
                    0,
                    () -> pods.client().runtime().listContainers(ListContainersRequest.getDefaultInstance()));
        }
        measure(who, "pod removal, " + title, removalGate, () -> {
            pods.stop(ids[1], 10);
            pods.remove(ids[1]);
            pods.stopPod(ids[0]);
            pods.removePod(ids[0]);
        });
    }

    private void measure(String who, String title, double gate, Runnable work) {
        var row = rows.computeIfAbsent(title, t -> Row.of(t, "ms", gate));
        long begin = System.nanoTime();
        work.run();
        double milliseconds = (System.nanoTime() - begin) / 1e6;
        (who.equals("crij") ? row.ours() : row.peer(who)).add(milliseconds);
    }

    private static String image(Node node) {
        return node.registry().push(TestImage.busybox("bench/pod:1"));
    }
}
