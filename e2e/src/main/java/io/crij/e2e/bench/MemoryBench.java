package io.crij.e2e.bench;

import io.crij.cri.v1.NamespaceMode;
import io.crij.e2e.Node;
import io.crij.e2e.Pods;
import io.crij.e2e.TestImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// What a hundred idle pods cost: proportional set sizes of the daemons and of each pod's own processes, the kernel's
/// share by memory cgroup, and the processor time of the daemons.
final class MemoryBench {
    private static final int PODS = 100;
    private static final Duration SETTLE = Duration.ofSeconds(30);
    private static final Duration IDLE = Duration.ofSeconds(60);
    private static final List<String> CONTAINER = List.of("sleep", "100000");
    private static final double TICKS_PER_SECOND = 100;

    private final Map<String, Node> nodes;
    private final Rows rows = new Rows();

    MemoryBench(Map<String, Node> nodes) {
        this.nodes = nodes;
    }

    /// The pods stay until their nodes are closed.
    List<Row> run() throws IOException, InterruptedException {
        for (var entry : nodes.entrySet()) {
            System.err.printf("  memory: %d pods on %s%n", PODS, entry.getKey());
            startPods(entry.getValue());
        }
        System.err.printf("  memory: %d s of rest%n", SETTLE.plus(IDLE).toSeconds());
        Thread.sleep(SETTLE);
        measureIdleness();
        for (var entry : nodes.entrySet()) {
            measureMemory(entry.getKey(), entry.getValue());
        }
        return rows.list();
    }

    private static void startPods(Node node) {
        var image = node.registry().push(TestImage.busybox("bench/memory:1"));
        node.pods().pull(image);
        for (int i = 0; i < PODS; i++) {
            var config = node.pods().config("memory-" + i, NamespaceMode.POD).build();
            var pod = node.pods().run(config);
            var container = node.pods()
                    .create(
                            pod,
                            config,
                            Pods.container("main", image, NamespaceMode.POD, CONTAINER)
                                    .build());
            node.pods().start(container);
        }
    }

    /// Daemons and what each pod adds, in the same minute for all.
    private void measureIdleness() throws InterruptedException {
        var before = new HashMap<String, Long>();
        for (var entry : nodes.entrySet()) {
            before.put(entry.getKey(), ticks(everything(entry.getValue())));
        }
        Thread.sleep(IDLE);
        for (var entry : nodes.entrySet()) {
            long used = ticks(everything(entry.getValue())) - before.getOrDefault(entry.getKey(), 0L);
            rows.add(
                    entry.getKey(),
                    "processor time when idle for " + IDLE.toSeconds() + " s with " + PODS + " pods",
                    "% of a core",
                    Promise.atMost(0.5),
                    100 * used / TICKS_PER_SECOND / IDLE.toSeconds());
        }
    }

    private static List<Long> everything(Node node) {
        var all = new ArrayList<>(node.server().daemons());
        all.addAll(added(node));
        return all;
    }

    private void measureMemory(String who, Node node) {
        var daemons = node.server().daemons();
        double total = 0;
        for (int i = 0; i < daemons.size(); i++) {
            double size = pss(daemons.get(i)) / 1024.0;
            total += size;
            if (daemons.size() > 1) {
                rows.add(
                        who,
                        (i == 0 ? "conmon-j" : "crij") + ", PSS with " + PODS + " pods",
                        "MB",
                        Promise.atMost(i == 0 ? 64 : 128),
                        size);
            }
        }
        rows.add(who, "all daemons, PSS with " + PODS + " pods", "MB", Promise.NONE, total);
        double own = added(node).stream().mapToLong(MemoryBench::pss).sum();
        rows.add(who, "each pod's processes beside its container's, PSS", "KB", Promise.atMost(150), own / PODS);
        rows.add(who, "everything, PSS with " + PODS + " pods", "MB", Promise.NONE, total + own / 1024);
        rows.add(
                who,
                "each pod's memory cgroup: the kernel's share",
                "KB",
                Promise.NONE,
                kernelMemory(node) / 1024.0 / PODS);
    }

    /// Shims and pauses: what the runtime adds to the container's own process.
    private static List<Long> added(Node node) {
        var container = String.join("\0", CONTAINER) + "\0";
        return numbers(Path.of("/proc")).stream()
                .filter(process ->
                        !text(Path.of("/proc/" + process + "/cmdline")).equals(container) && belongs(process, node))
                .toList();
    }

    private static boolean belongs(long process, Node node) {
        if (node.server().daemons().contains(process)) {
            return false;
        }
        // our shims are the monitor's children and, on cgroup v1, stay in its cgroup
        var stat = text(Path.of("/proc/" + process + "/stat"));
        if (!stat.isEmpty()
                && node.server()
                        .daemons()
                        .contains(Long.parseLong(
                                stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1)[1]))) {
            return true;
        }
        var cgroup = text(Path.of("/proc/" + process + "/cgroup"));
        // containerd's shims stay in its own cgroup but name its socket
        var command = text(Path.of("/proc/" + process + "/cmdline"));
        var name = node.place().name();
        return cgroup.contains(name) || (command.contains(name) && command.contains("shim"));
    }

    private static long kernelMemory(Node node) {
        var v1 = Path.of("/sys/fs/cgroup/memory" + node.place().cgroupParent() + "/memory.kmem.usage_in_bytes");
        if (Files.exists(v1)) {
            return Long.parseLong(text(v1).strip());
        }
        var v2 = Path.of("/sys/fs/cgroup" + node.place().cgroupParent() + "/memory.stat");
        return text(v2).lines()
                .filter(l -> l.startsWith("kernel "))
                .mapToLong(l -> Long.parseLong(l.substring("kernel ".length())))
                .sum();
    }

    /// In KB; 0 for a process that has gone.
    private static long pss(long process) {
        return text(Path.of("/proc/" + process + "/smaps_rollup"))
                .lines()
                .filter(l -> l.startsWith("Pss:"))
                .mapToLong(l -> Long.parseLong(l.replaceAll("\\D", "")))
                .sum();
    }

    private static long ticks(List<Long> processes) {
        return processes.stream()
                .mapToLong(p -> {
                    var stat = text(Path.of("/proc/" + p + "/stat"));
                    var fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
                    return Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
                })
                .sum();
    }

    private static List<Long> numbers(Path folder) {
        try (var files = Files.list(folder)) {
            return files.map(f -> f.getFileName().toString())
                    .filter(n -> n.matches("\\d+"))
                    .map(Long::parseLong)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String text(Path file) {
        try {
            return Files.readString(file, java.nio.charset.StandardCharsets.ISO_8859_1);
        } catch (NoSuchFileException e) {
            return "";
        } catch (IOException e) {
            // a process that ends while it is read
            return "";
        }
    }
}
