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
    private static final Duration SETTLE = Duration.ofSeconds(20);
    private static final Duration IDLE = Duration.ofSeconds(30);
    private static final double TICKS_PER_SECOND = 100;

    private final Map<String, Node> nodes;
    private final Map<String, Row> rows = new java.util.LinkedHashMap<>();

    MemoryBench(Map<String, Node> nodes) {
        this.nodes = nodes;
    }

    List<Row> run() throws IOException, InterruptedException {
        for (var entry : nodes.entrySet()) {
            System.err.printf("  memory: %d pods on %s%n", PODS, entry.getKey());
            var pods = startPods(entry.getValue());
            Thread.sleep(SETTLE);
            measure(entry.getKey(), entry.getValue());
            for (var pod : pods) {
                entry.getValue().pods().stopPod(pod);
                entry.getValue().pods().removePod(pod);
            }
        }
        return List.copyOf(rows.values());
    }

    private static List<String> startPods(Node node) {
        var image = node.registry().push(TestImage.busybox("bench/memory:1"));
        node.pods().pull(image);
        var started = new ArrayList<String>();
        for (int i = 0; i < PODS; i++) {
            var config = node.pods().config("memory-" + i, NamespaceMode.POD).build();
            var pod = node.pods().run(config);
            var container = node.pods()
                    .create(
                            pod,
                            config,
                            Pods.container("main", image, NamespaceMode.POD, List.of("sleep", "100000"))
                                    .build());
            node.pods().start(container);
            started.add(pod);
        }
        return started;
    }

    private void measure(String who, Node node) throws IOException, InterruptedException {
        var daemons = node.server().daemons();
        double total = 0;
        for (int i = 0; i < daemons.size(); i++) {
            double size = pss(daemons.get(i)) / 1024.0;
            total += size;
            if (daemons.size() > 1) {
                add(who, (i == 0 ? "conmon-j" : "crij") + ", PSS with " + PODS + " pods", "MB", size);
            }
        }
        add(who, "all daemons, PSS with " + PODS + " pods", "MB", total);
        add(who, "each pod's own processes, PSS", "KB", ownProcesses(node) / (double) PODS);
        add(who, "each pod's memory cgroup: kernel memory", "KB", kernelMemory(node) / 1024.0 / PODS);
        long before = ticks(daemons);
        Thread.sleep(IDLE);
        add(
                who,
                "processor time of the daemons when idle",
                "% of a core",
                100 * (ticks(daemons) - before) / TICKS_PER_SECOND / IDLE.toSeconds());
    }

    private void add(String who, String title, String unit, double value) {
        var row = rows.computeIfAbsent(title, t -> Row.of(t, unit, 0));
        (who.equals("crij") ? row.ours() : row.peer(who)).add(value);
    }

    /// Shims and pauses: what the runtime adds to the container's own process.
    private static long ownProcesses(Node node) {
        var parents = new HashMap<Long, Long>();
        var names = new HashMap<Long, String>();
        for (var process : numbers(Path.of("/proc"))) {
            var stat = text(Path.of("/proc/" + process + "/stat"));
            if (!stat.isEmpty()) {
                int end = stat.lastIndexOf(')');
                names.put(process, stat.substring(stat.indexOf('(') + 1, end));
                parents.put(process, Long.parseLong(stat.substring(end + 2).split(" ")[1]));
            }
        }
        long sum = 0;
        for (var process : names.keySet()) {
            if (!names.get(process).equals("sleep") && belongs(process, parents, node)) {
                sum += pss(process);
            }
        }
        return sum;
    }

    private static boolean belongs(long process, Map<Long, Long> parents, Node node) {
        var daemons = node.server().daemons();
        if (daemons.contains(process)) {
            return false;
        }
        var cgroup = text(Path.of("/proc/" + process + "/cgroup"));
        if (cgroup.contains(node.place().name())) {
            return true;
        }
        // containerd's shims stay in its own cgroup but name its socket
        return text(Path.of("/proc/" + process + "/cmdline"))
                        .contains(node.place().name())
                && !daemons.contains(parents.getOrDefault(process, 0L))
                && text(Path.of("/proc/" + process + "/cmdline")).contains("shim");
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
                    var fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
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
