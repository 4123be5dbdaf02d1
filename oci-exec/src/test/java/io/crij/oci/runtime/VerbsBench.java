package io.crij.oci.runtime;

import io.crij.oci.spec.Spec;
import io.crij.oci.spec.SpecWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The verbs that a CRI server uses one after the other (create, start, wait for the exit, delete) on `true` with the
/// configuration of a usual container: the built-in runtime in this warm process, and crun and runc with the same
/// configuration, one round of each after the other. Prints medians. Arguments: rounds, then names of peers.
final class VerbsBench {
    private static final int WARM_UP = 300;

    private final Box box;
    private final Map<String, List<Long>> nanos = new LinkedHashMap<>();
    private int counter;

    private VerbsBench(Box box) {
        this.box = box;
    }

    public static void main(String[] args) throws Exception {
        int rounds = args.length > 0 ? Integer.parseInt(args[0]) : 200;
        List<String> peers = args.length > 1 ? Arrays.asList(args).subList(1, args.length) : List.of("crun", "runc");
        try (var box = new Box()) {
            var bench = new VerbsBench(box);
            for (int i = 0; i < WARM_UP; i++) {
                bench.builtin();
            }
            bench.nanos.clear();
            for (int i = 0; i < rounds; i++) {
                bench.builtin();
                if (i % 4 == 0) {
                    for (String peer : peers) {
                        bench.peer(peer);
                    }
                }
            }
            bench.print();
        }
    }

    private void time(String what, Verb verb) throws Exception {
        long start = System.nanoTime();
        verb.run();
        nanos.computeIfAbsent(what, w -> new ArrayList<>()).add(System.nanoTime() - start);
    }

    @FunctionalInterface
    private interface Verb {
        void run() throws Exception;
    }

    private void builtin() throws Exception {
        String id = "bench-" + ProcessHandle.current().pid() + "-" + counter++;
        Spec spec = box.spec(id, "true");
        var request = new CreateRequest(id, box.folder, spec, new Rootfs.Directory(box.rootfs), new Stdio.Pipes(false));
        Shim[] shim = new Shim[1];
        time("built-in all", () -> {
            time("built-in create", () -> shim[0] = box.runtime.create(request));
            time("built-in start", () -> box.runtime.start(id));
            time("built-in wait", () -> Box.await(shim[0]));
            time("built-in delete", () -> {
                shim[0].release();
                box.runtime.delete(id, false);
                shim[0].close();
            });
        });
    }

    private void peer(String name) throws Exception {
        String id = "bench-" + ProcessHandle.current().pid() + "-" + counter++;
        Path bundle = Files.createDirectories(box.folder.resolve("bundle-" + name));
        // packaged peers refuse newer versions
        Spec spec = box.spec(id, "/bin/true").with(s -> s.ociVersion = "1.0.2");
        Files.write(bundle.resolve("config.json"), new SpecWriter().write(spec));
        String state = box.folder.resolve("state-" + name).toString();
        time(name + " all", () -> {
            time(name + " create", () -> command(name, "--root", state, "create", "--bundle", bundle.toString(), id));
            time(name + " start", () -> command(name, "--root", state, "start", id));
            time(name + " delete", () -> command(name, "--root", state, "delete", "--force", id));
        });
    }

    private static void command(String... args) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(args)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        if (process.waitFor() != 0) {
            throw new IOException(String.join(" ", args) + " ended with " + process.exitValue());
        }
    }

    private void print() {
        nanos.forEach((what, times) -> {
            long[] sorted = times.stream().mapToLong(Long::longValue).sorted().toArray();
            System.out.printf(
                    "%-18s median %7.2f ms   p95 %7.2f ms   n %d%n",
                    what, sorted[sorted.length / 2] / 1e6, sorted[sorted.length * 95 / 100] / 1e6, sorted.length);
        });
    }
}
