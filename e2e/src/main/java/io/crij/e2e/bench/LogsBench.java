package io.crij.e2e.bench;

import io.crij.cri.v1.Mount;
import io.crij.cri.v1.NamespaceMode;
import io.crij.e2e.Node;
import io.crij.e2e.Pods;
import io.crij.e2e.Shell;
import io.crij.e2e.TestImage;
import io.crij.oci.runtime.OciException;
import io.crij.oci.spec.SpecWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// How fast output becomes a log, and whether all of it does: containers of cri-j, of containerd, and of the packaged
/// conmon with runc, in turn, write lines as fast as they are taken. Every line of every log is compared with what was
/// written. The logs lie on a disk, as those of a node's pods do, and fit into the page cache: with a tmpfs half of the
/// pump's time goes into making its pages.
final class LogsBench {
    static final String CONMON = "conmon + runc";

    private static final int MANY = 50;
    private static final Load SHORT = new Load(80, 1, 128 << 20);
    private static final Load LONG = new Load(8_000, 1, 128 << 20);
    private static final Load CROWD = new Load(80, MANY, 2 << 20);
    /// The crowd is made up and taken away in every round, which takes longer than what is measured.
    private static final int ROUNDS_OF_CROWDS = 2;

    private final Map<String, Node> nodes;
    private final Node ours;
    private final Rows rows = new Rows();
    private int lostByUs;
    private int lostByConmon;

    /// @param length of a line, bytes, its newline not counted
    /// @param bytes that each writer writes, about
    private record Load(int length, int writers, int bytes) {
        String title() {
            return (writers == 1 ? "one writer" : writers + " writers at once") + ", lines of " + length + " bytes";
        }

        String file(int writer) {
            return "lines-" + length + "-" + writer;
        }
    }

    LogsBench(Map<String, Node> nodes) {
        this.nodes = nodes;
        this.ours = Objects.requireNonNull(nodes.get(Row.OURS));
    }

    List<Row> run(int rounds) throws IOException, InterruptedException, OciException {
        var folder = Files.createTempDirectory(Path.of("/var/tmp"), "crij-logs");
        try (var start = new StartSignal(Files.createDirectory(folder.resolve("shared")))) {
            for (var node : nodes.values()) {
                node.pods().pull(image(node));
            }
            var conmon = new ConmonContainers(folder.resolve("conmon"));
            for (var load : List.of(SHORT, LONG, CROWD)) {
                prepare(load, start, conmon);
                if (load.writers() == 1) {
                    // to warm up
                    round(load, start, conmon, folder, false);
                }
                for (int i = 0; i < (load.writers() == 1 ? rounds : ROUNDS_OF_CROWDS); i++) {
                    round(load, start, conmon, folder, true);
                }
                System.err.println("  logs: " + rows.list().getLast().line());
            }
            String lost = "lines lost or changed of " + MANY + " writers, all rounds";
            rows.add(Row.OURS, lost, "lines", Promise.atMost(0), lostByUs);
            rows.add(CONMON, lost, "lines", Promise.atMost(0), lostByConmon);
        } finally {
            Shell.must("rm", "-rf", "--one-file-system", folder.toString());
        }
        return rows.list();
    }

    private static String image(Node node) {
        return node.registry().push(TestImage.busybox("bench/logs:1"));
    }

    /// Writes what will be written, and the bundles that have the same configuration as our own containers.
    private void prepare(Load load, StartSignal start, ConmonContainers conmon) throws IOException, OciException {
        var pods = ours.pods();
        var config = pods.config("logs", NamespaceMode.POD).build();
        var pod = pods.run(config);
        for (int i = 0; i < load.writers(); i++) {
            NumberedLines.write(start.folder().resolve(load.file(i)), i, load.length(), load.bytes());
            var template = pods.create(pod, config, container(ours, start, load, i));
            var name = "logs-" + i;
            conmon.bundle(name, new SpecWriter().write(RequestSpec.of(ours, template, conmon.rootfs(), name)));
        }
    }

    private static io.crij.cri.v1.ContainerConfig container(Node node, StartSignal start, Load load, int writer) {
        var command = "read go </bench/" + StartSignal.NAME + "; exec dd if=/bench/" + load.file(writer)
                + " bs=64k 2>/dev/null";
        return Pods.container(
                        "writer-" + writer,
                        node.registry().name("bench/logs:1"),
                        NamespaceMode.POD,
                        List.of("sh", "-c", command))
                .addMounts(Mount.newBuilder()
                        .setContainerPath("/bench")
                        .setHostPath(start.folder().toString())
                        .setReadonly(true))
                .build();
    }

    /// @param counts false to warm up
    private void round(Load load, StartSignal start, ConmonContainers conmon, Path folder, boolean counts)
            throws IOException, InterruptedException {
        var podLogs = Files.createDirectories(folder.resolve("pods"));
        for (var node : nodes.entrySet()) {
            // containerd needs longest for its crowd, and nothing is promised of it
            if (load.writers() == 1 || node.getKey().equals(Row.OURS)) {
                round(node.getKey(), node.getValue(), load, start, podLogs, counts);
            }
        }
        var logs = new ArrayList<Path>();
        for (int i = 0; i < load.writers(); i++) {
            logs.add(conmon.start("logs-" + i));
        }
        measure(CONMON, load, start, logs, counts);
        for (int i = 0; i < load.writers(); i++) {
            conmon.remove("logs-" + i);
        }
    }

    private void round(String who, Node node, Load load, StartSignal start, Path folder, boolean counts)
            throws IOException, InterruptedException {
        var pods = node.pods();
        var config = pods.config("logs", NamespaceMode.POD)
                .setLogDirectory(
                        Files.createTempDirectory(folder, who.substring(0, 4)).toString())
                .build();
        var pod = pods.run(config);
        var logs = new ArrayList<Path>();
        for (int i = 0; i < load.writers(); i++) {
            pods.start(pods.create(pod, config, container(node, start, load, i)));
            logs.add(Path.of(config.getLogDirectory(), "writer-" + i + ".log"));
        }
        measure(who, load, start, logs, counts);
        pods.end(pod);
        Shell.must("rm", "-rf", config.getLogDirectory());
    }

    private void measure(String who, Load load, StartSignal start, List<Path> logs, boolean counts)
            throws IOException, InterruptedException {
        // what others wrote is not written out meanwhile
        Shell.must("sync", "--file-system", start.folder().toString());
        long begin = System.nanoTime();
        start.give(load.writers());
        for (var log : logs) {
            NumberedLines.awaitEnd(log);
        }
        double seconds = (System.nanoTime() - begin) / 1e9;
        long bytes = 0;
        for (int i = 0; i < load.writers(); i++) {
            var source = start.folder().resolve(load.file(i));
            bytes += Files.size(source);
            lost(who, NumberedLines.missing(source, logs.get(i)), load);
        }
        if (counts) {
            rows.add(
                    who,
                    "log of " + load.title(),
                    "MB/s",
                    load.writers() == 1 ? Promise.ratio(2, CONMON) : Promise.NONE,
                    bytes / 1e6 / seconds);
        }
    }

    private void lost(String who, int lines, Load load) {
        if (lines > 0) {
            System.err.printf("  logs: %s: %d lines missing or changed, %s%n", who, lines, load.title());
        }
        lostByUs += who.equals(Row.OURS) ? lines : 0;
        lostByConmon += who.equals(CONMON) ? lines : 0;
    }
}
