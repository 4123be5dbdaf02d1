package io.crij.e2e.bench;

import io.crij.cri.v1.ImageSpec;
import io.crij.cri.v1.RemoveImageRequest;
import io.crij.e2e.Node;
import io.crij.e2e.PackedImage;
import io.crij.e2e.Shell;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// PullImage of six layers of small files, some 700 MB unpacked, from a registry on loopback into an empty store, each
/// server in turn; and the memory that the server needed for it at most.
final class PullBench {
    private static final long UNPACKED = 728_000_000;
    private static final int LAYERS = 6;
    private static final Duration SETTLE = Duration.ofSeconds(3);

    private final Map<String, Node> nodes;
    private final Map<String, Row> rows = new LinkedHashMap<>();

    /// @param nodes by name; "crij" is ours
    PullBench(Map<String, Node> nodes) {
        this.nodes = nodes;
    }

    List<Row> run(int rounds) throws IOException, InterruptedException {
        Path scratch = Files.createTempDirectory("crij-pull-bench");
        try {
            System.err.println("  pull: packing the images");
            var tars = PackedImage.tarsOf(Path.of("/usr"), UNPACKED, LAYERS, scratch);
            var images = new ArrayList<PackedImage>();
            for (var compression : List.of("gzip", "zstd")) {
                images.add(PackedImage.pack("bench/pull-" + compression + ":1", compression, tars));
            }
            for (int i = 0; i < rounds; i++) {
                for (var image : images) {
                    for (var entry : nodes.entrySet()) {
                        round(entry.getKey(), entry.getValue(), image);
                    }
                }
                System.err.printf("  pull: round %d of %d%n", i + 1, rounds);
            }
        } finally {
            Shell.must("rm", "-rf", scratch.toString());
        }
        return List.copyOf(rows.values());
    }

    private void round(String who, Node node, PackedImage image) throws IOException, InterruptedException {
        var name = node.registry().push(image);
        // what the last round removed is deleted in the background
        Thread.sleep(SETTLE);
        Shell.must("sync");
        var title = "PullImage, %s %d MB, unpacked %d MB"
                .formatted(image.compression(), image.packedBytes() / 1_000_000, UNPACKED / 1_000_000);
        var row = rows.computeIfAbsent(title, t -> Row.of(t, "s", 2));
        long begin = System.nanoTime();
        node.pods().pull(name);
        samples(who, row).add((System.nanoTime() - begin) / 1e9);
        var peak = rows.computeIfAbsent("PullImage, peak memory of the server", t -> Row.of(t, "MB", 0));
        samples(who, peak).add(peakMegabytes(node.server().daemons().getLast()));
        node.pods()
                .client()
                .images()
                .removeImage(RemoveImageRequest.newBuilder()
                        .setImage(ImageSpec.newBuilder().setImage(name))
                        .build());
    }

    private static Samples samples(String who, Row row) {
        return who.equals("crij") ? row.ours() : row.peer(who);
    }

    /// The most that was resident since the process began (proc_pid_status(5), `VmHWM`).
    private static double peakMegabytes(long pid) throws IOException {
        try (var lines = Files.lines(Path.of("/proc/" + pid + "/status"))) {
            return lines.filter(it -> it.startsWith("VmHWM:"))
                            .mapToLong(it -> Long.parseLong(it.replaceAll("[^0-9]", "")))
                            .findFirst()
                            .orElseThrow()
                    / 1024.0;
        }
    }
}
