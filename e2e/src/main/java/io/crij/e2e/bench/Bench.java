package io.crij.e2e.bench;

import io.crij.e2e.Node;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/// `make bench`: measures, prints the tables, and puts them into the file that is its argument.
public final class Bench {
    private static final int WARM_UP = 80;
    private static final int ROUNDS = 40;
    private static final int VERBS = 200;
    private static final int COMMANDS = 30;
    private static final int LISTS = 100;
    private static final int LOGS = 5;
    private static final int PULLS = 5;

    /// The parts in the order of the report.
    private static final Map<String, Part> PARTS = new LinkedHashMap<>();

    static {
        PARTS.put("verbs", nodes -> new VerbsBench(nodes).run(VERBS));
        PARTS.put("command", _ -> CommandBench.run(COMMANDS));
        PARTS.put("pods", nodes -> new PodBench(nodes).run(WARM_UP, ROUNDS));
        PARTS.put("handlers", new HandlersBench.Part());
        PARTS.put("lists", nodes -> new ListsBench(nodes).run(LISTS, LISTS));
        PARTS.put("logs", nodes -> new LogsBench(nodes).run(LOGS));
        PARTS.put("pull", nodes -> new PullBench(nodes).run(PULLS));
        PARTS.put("memory", nodes -> new MemoryBench(nodes).run());
    }

    /// What is measured on a node of ours and one of containerd.
    @FunctionalInterface
    interface Part {
        /// @param nodes by name
        List<Row> measure(Map<String, Node> nodes) throws Exception;

        /// TOML for our node beside the usual.
        default String configuration() {
            return "";
        }
    }

    private Bench() {}

    /// @param args the file of the report or `-`, then the parts to run; none is all
    public static void main(String[] args) throws Exception {
        var wanted = args.length > 1 ? List.of(args).subList(1, args.length) : List.copyOf(PARTS.keySet());
        for (var part : wanted) {
            if (!PARTS.containsKey(part)) {
                System.err.println("no part \"" + part + "\"; there are " + String.join(", ", PARTS.keySet()));
                System.exit(2);
            }
        }
        var report = new Report(List.copyOf(PARTS.keySet()));
        boolean toFile = args.length > 0 && !args[0].equals("-");
        if (toFile) {
            report.read(Path.of(args[0]));
        }
        var gates = new TreeMap<String, Boolean>();
        for (var name : wanted) {
            measure(name, report, gates, () -> {
                System.out.println(report.section(name));
                if (toFile) {
                    report.write(Path.of(args[0]));
                }
                return null;
            });
        }
        var missed = gates.entrySet().stream()
                .filter(gate -> !gate.getValue())
                .map(Map.Entry::getKey)
                .toList();
        System.out.println("Gates: " + (gates.size() - missed.size()) + " met, " + missed.size() + " missed"
                + (missed.isEmpty() ? "" : ": " + String.join("; ", missed)));
    }

    /// @param publish called while the nodes still stand, since their end takes time
    private static void measure(
            String name, Report report, Map<String, Boolean> gates, Callable<@Nullable Void> publish) throws Exception {
        var part = java.util.Objects.requireNonNull(PARTS.get(name));
        var machine = Machine.ofThisOne();
        Map<String, Node> nodes = new LinkedHashMap<>();
        try {
            nodes.put(Row.OURS, Node.start("crij", part.configuration()));
            nodes.put(Row.CONTAINERD, Node.start("containerd", part.configuration()));
            var rows = part.measure(nodes);
            report.set(name, machine, rows);
            rows.stream()
                    .filter(row -> row.promise().isGate())
                    .forEach(row -> gates.put(row.title(), row.promise().isMet(row)));
            publish.call();
        } finally {
            nodes.values().forEach(Node::close);
        }
    }
}
