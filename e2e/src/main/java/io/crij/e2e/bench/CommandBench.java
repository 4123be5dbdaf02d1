package io.crij.e2e.bench;

import io.crij.e2e.CrijServer;
import io.crij.e2e.Shell;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The commands, from their start to their end: oci-exec, runc, crun, each in turn, with the configuration that
/// `oci-exec spec` writes, for `/bin/true`. Of ours, the start of a JVM alone is measured beside: an empty `main` with
/// the same flags.
final class CommandBench {
    private static final List<String> PEERS = List.of("runc", "crun");
    private static final String RUN = "`run` of `/bin/true`";
    private static final String STATE = "`state`";
    private static final String KILL = "`kill`";

    private final Path bundle;
    private final Path oci;

    private CommandBench(Path bundle, Path oci) {
        this.bundle = bundle;
        this.oci = oci;
    }

    /// What is measured as the JVM alone.
    static final class Empty {
        private Empty() {}

        public static void main(String[] args) {
            System.exit(0);
        }
    }

    static List<Row> run(int rounds) throws IOException, InterruptedException {
        var folder = Files.createTempDirectory(Path.of("/run"), "crij-command");
        try {
            return new CommandBench(bundle(folder), CrijServer.distribution().resolve("bin/oci-exec")).measure(rounds);
        } finally {
            Shell.must("rm", "-rf", "--one-file-system", folder.toString());
        }
    }

    private static Path bundle(Path folder) throws IOException {
        var rootfs = folder.resolve("rootfs");
        for (var name : List.of("bin", "dev", "etc", "proc", "sys", "tmp")) {
            Files.createDirectories(rootfs.resolve(name));
        }
        for (var name : List.of("true", "sleep")) {
            Shell.must("cp", "/bin/busybox", rootfs.resolve("bin/" + name).toString());
        }
        Shell.must(CrijServer.distribution().resolve("bin/oci-exec").toString(), "spec", "--bundle", folder.toString());
        var file = folder.resolve("config.json");
        // the version that every peer knows
        var template = Files.readString(file)
                .replace("\"terminal\" : true", "\"terminal\" : false")
                .replaceFirst("(\"ociVersion\" : )\"[^\"]*\"", "$1\"1.0.2\"");
        Files.writeString(file, template.replace("\"sh\"", "\"true\""));
        var waiting = Files.createDirectories(folder.resolve("waiting"));
        Files.writeString(
                waiting.resolve("config.json"),
                template.replace("\"sh\"", "\"sleep\", \"1000\"")
                        .replace("\"path\" : \"rootfs\"", "\"path\" : \"../rootfs\""));
        return folder;
    }

    private Map<String, List<String>> runtimes() {
        var runtimes = new LinkedHashMap<String, List<String>>();
        runtimes.put(
                Row.OURS,
                List.of(oci.toString(), "--root", bundle.resolve("oci-exec").toString()));
        for (var peer : PEERS) {
            runtimes.put(peer, List.of(peer, "--root", bundle.resolve(peer).toString()));
        }
        return runtimes;
    }

    private List<Row> measure(int rounds) throws IOException, InterruptedException {
        var rows = new Rows();
        for (int round = -3; round < rounds; round++) {
            if (round == 0) {
                rows.clear(); // what came before was to warm up
            }
            for (var runtime : runtimes().entrySet()) {
                all(rows, runtime.getKey(), runtime.getValue(), round);
            }
            rows.add(Row.OURS, "of ours the start of a JVM alone", "ms", Promise.NONE, milliseconds(empty()));
        }
        return rows.list();
    }

    private void all(Rows rows, String who, List<String> command, int round) throws IOException, InterruptedException {
        var id = "crij-command-" + Math.floorMod(round, 1_000_000);
        var verbs = new LinkedHashMap<String, List<String>>();
        verbs.put(RUN, List.of("run", "--bundle", bundle.toString(), id));
        verbs.put(
                "`create`",
                List.of("create", "--bundle", bundle.resolve("waiting").toString(), id));
        verbs.put("`start`", List.of("start", id));
        verbs.put(STATE, List.of("state", id));
        verbs.put(KILL, List.of("kill", id, "KILL"));
        verbs.put("`delete`", List.of("delete", "--force", id));
        try {
            for (var verb : verbs.entrySet()) {
                rows.add(
                        who, verb.getKey(), "ms", promise(verb.getKey()), milliseconds(line(command, verb.getValue())));
            }
        } catch (IOException e) {
            // the container must not outlive the bench
            try {
                milliseconds(line(command, List.of("delete", "--force", id)));
            } catch (IOException left) {
                e.addSuppressed(left);
            }
            throw e;
        }
    }

    private static List<String> line(List<String> command, List<String> verb) {
        var words = new ArrayList<>(command);
        words.addAll(verb);
        return words;
    }

    /// At most three times as long as runc.
    private static Promise promise(String verb) {
        return List.of(RUN, STATE, KILL).contains(verb) ? Promise.ratio(1 / 3.0, "runc") : Promise.NONE;
    }

    private static List<String> empty() {
        var lib = CrijServer.distribution().resolve("lib");
        return List.of(
                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "@" + lib.resolve("common.flags"),
                "@" + lib.resolve("oci-exec.flags"),
                "-cp",
                Path.of("target/classes").toAbsolutePath().toString(),
                Empty.class.getName());
    }

    private static double milliseconds(List<String> command) throws IOException, InterruptedException {
        var nothing = new File("/dev/null");
        var builder = new ProcessBuilder(command)
                .redirectInput(nothing)
                .redirectOutput(nothing)
                .redirectError(ProcessBuilder.Redirect.INHERIT);
        long begin = System.nanoTime();
        int code = builder.start().waitFor();
        double took = (System.nanoTime() - begin) / 1e6;
        if (code != 0) {
            throw new IOException(String.join(" ", command) + " ended with " + code);
        }
        return took;
    }
}
