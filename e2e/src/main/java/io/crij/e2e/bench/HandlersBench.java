package io.crij.e2e.bench;

import io.crij.cri.v1.NamespaceMode;
import io.crij.e2e.Node;
import io.crij.e2e.Pods;
import io.crij.e2e.Shell;
import io.crij.e2e.TestImage;
import io.crij.oci.runtime.OciException;
import io.crij.oci.spec.Namespace;
import io.crij.oci.spec.Spec;
import io.crij.oci.spec.SpecWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// What handlers of type `oci` cost beside the runtime itself: a pod with one container against two bare creates and
/// starts of the same runtime, and against containerd with it, in turn. On the host's network.
final class HandlersBench {
    private static final int WARM_UP = 15;
    private static final int ROUNDS = 30;
    private static final String BARE = "two bare containers";
    private static final String CONTAINERD = "containerd";
    private static final List<String> RUNTIMES = List.of("runc", "crun");
    private static final List<String> COMMAND = List.of("sleep", "1000");

    private final Node ours;
    private final Node containerd;
    private final Rows rows = new Rows();

    HandlersBench(Map<String, Node> nodes) {
        ours = Objects.requireNonNull(nodes.get(Row.OURS));
        containerd = Objects.requireNonNull(nodes.get(Row.CONTAINERD));
    }

    /// With the handlers that this machine has a runtime for.
    static final class Part implements Bench.Part {
        @Override
        public List<Row> measure(Map<String, Node> nodes) throws Exception {
            return new HandlersBench(nodes).run();
        }

        @Override
        public String configuration() {
            var text = new StringBuilder();
            for (var runtime : RUNTIMES) {
                PackagedRuntime.find(runtime)
                        .ifPresent(path ->
                                text.append("[runtimes.%s]\ntype = \"oci\"\npath = \"%s\"\n".formatted(runtime, path)));
            }
            return text.toString();
        }
    }

    private List<Row> run() throws Exception {
        var folder = Files.createTempDirectory(Path.of("/run"), "crij-handlers");
        try {
            for (var node : List.of(ours, containerd)) {
                node.pods().pull(image(node));
            }
            for (var runtime : RUNTIMES) {
                var path = PackagedRuntime.find(runtime);
                if (path.isEmpty()) {
                    System.err.println("  handlers: this machine has no " + runtime);
                    continue;
                }
                try (var bare = new BareContainers(folder, path.get(), configurations(folder))) {
                    measure(runtime, bare);
                }
            }
        } finally {
            Shell.must("rm", "-rf", "--one-file-system", folder.toString());
        }
        return rows.list();
    }

    private void measure(String runtime, BareContainers bare) throws IOException {
        var title = "pod start on " + runtime + ", host network";
        for (int i = 0; i < WARM_UP + ROUNDS; i++) {
            boolean counts = i >= WARM_UP;
            add(counts, Row.OURS, title, pod(ours, runtime));
            add(counts, BARE, title, bare.createAndStart());
            add(counts, CONTAINERD, title, pod(containerd, runtime));
        }
        System.err.println("  handlers: " + rows.list().getLast().line());
    }

    private void add(boolean counts, String who, String title, double millis) {
        if (counts) {
            // 1.2 times the bare time, and faster than containerd
            rows.add(who, title, "ms", Promise.ratios(Map.of(BARE, 1 / 1.2, CONTAINERD, 1.0)), millis);
        }
    }

    /// Returns how long the start took, milliseconds.
    private static double pod(Node node, String runtime) {
        var pods = node.pods();
        var config = pods.config("handlers", NamespaceMode.NODE).build();
        var wanted = Pods.confined("main", node.registry().name("bench/handlers:1"), NamespaceMode.NODE, COMMAND)
                .build();
        long begin = System.nanoTime();
        var pod = pods.run(config, runtime);
        var container = pods.create(pod, config, wanted);
        pods.start(container);
        double millis = (System.nanoTime() - begin) / 1e6;
        pods.stop(container, 0);
        pods.end(pod);
        return millis;
    }

    /// What our server writes for such a container, with the host's network too, twice.
    private List<byte[]> configurations(Path folder) throws IOException, OciException {
        var rootfs = folder.resolve("rootfs");
        for (var name : List.of("bin", "dev", "etc", "proc", "sys", "tmp")) {
            Files.createDirectories(rootfs.resolve(name));
        }
        Shell.must("cp", "/bin/busybox", rootfs.resolve("bin/sleep").toString());
        var pods = ours.pods();
        var config = pods.config("handlers", NamespaceMode.NODE).build();
        var pod = pods.run(config);
        var container = pods.create(
                pod,
                config,
                Pods.confined("main", ours.registry().name("bench/handlers:1"), NamespaceMode.NODE, COMMAND)
                        .build());
        // the pod stays: its files are among the mounts
        return List.of(
                configuration(RequestSpec.of(ours, container, rootfs, "handlers-1")),
                configuration(RequestSpec.of(ours, container, rootfs, "handlers-2")));
    }

    private static byte[] configuration(Spec spec) {
        return new SpecWriter()
                .write(spec.with(s -> s.linux = s.linux.with(linux -> linux.namespaces = linux.namespaces.stream()
                        .filter(namespace -> namespace.type() != Namespace.Type.NETWORK)
                        .toList())));
    }

    private static String image(Node node) {
        return node.registry().push(TestImage.busybox("bench/handlers:1"));
    }
}
