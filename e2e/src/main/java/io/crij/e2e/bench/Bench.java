package io.crij.e2e.bench;

import io.crij.e2e.Node;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// `make bench`: measures and prints the table; with a file as argument writes it there too.
public final class Bench {
    private static final int WARM_UP = 60;
    private static final int ROUNDS = 60;
    private static final int PULLS = 5;

    private Bench() {}

    /// @param args the file for the table or `-`, then the parts to run: pods, pull, memory; none is all
    public static void main(String[] args) throws Exception {
        var parts = args.length > 1
                ? Set.of(List.of(args).subList(1, args.length).toArray(new String[0]))
                : Set.of("pods", "pull", "memory");
        var text = new StringBuilder("Measured on: " + Machine.ofThisOne().text() + "\n\n");
        text.append(
                "Medians, in brackets the 10th and 90th percentile; a peer's ratio is its median to ours, both out of"
                        + " one interleaved run.\n\n");
        var rows = new ArrayList<Row>();
        Map<String, Node> nodes = new LinkedHashMap<>();
        try {
            nodes.put("crij", Node.start("crij"));
            nodes.put("containerd + runc", Node.start("containerd"));
            if (parts.contains("pods")) {
                rows.addAll(new PodBench(nodes).run(WARM_UP, ROUNDS));
            }
            if (parts.contains("pull")) {
                rows.addAll(new PullBench(nodes).run(PULLS));
            }
            if (parts.contains("memory")) {
                rows.addAll(new MemoryBench(nodes).run());
            }
        } finally {
            nodes.values().forEach(Node::close);
        }
        text.append("| what | cri-j | peers | promise | samples |\n|---|---|---|---|---|\n");
        rows.forEach(row -> text.append(row.line()).append('\n'));
        System.out.print(text);
        if (args.length > 0 && !args[0].equals("-")) {
            Files.writeString(Path.of(args[0]), "# Performance\n\nThe last table of `make bench`.\n\n" + text);
        }
    }
}
