package io.crij.e2e.bench;

import io.crij.cri.v1.NamespaceMode;
import io.crij.e2e.CrijServer;
import io.crij.e2e.HugetlbHierarchy;
import io.crij.e2e.Node;
import io.crij.e2e.Pods;
import io.crij.e2e.Shell;
import io.crij.e2e.TestImage;
import io.crij.linux.ErrnoException;
import io.crij.oci.runtime.OciException;
import io.crij.oci.spec.Spec;
import io.crij.oci.spec.SpecWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// The verbs that a CRI server uses one after the other (create, start, wait for the exit, delete) on `/bin/true`: the
/// built-in executor in a resident process with the monitor's JVM flags, and crun and runc as processes, each in turn,
/// all with the configuration that our server makes of a usual request, with namespaces of the container's own.
final class VerbsBench {
    private static final Map<String, Double> GATES = Map.of("crun", 4.0, "runc", 10.0);

    private final Node node;

    /// @param nodes by name; of ours comes the configuration
    VerbsBench(Map<String, Node> nodes) {
        node = java.util.Objects.requireNonNull(nodes.get(Row.OURS));
    }

    List<Row> run(int rounds) throws IOException, InterruptedException, OciException, ErrnoException {
        var folder = Files.createTempDirectory(Path.of("/run"), "crij-verbs");
        try {
            Files.write(folder.resolve("spec.json"), new SpecWriter().write(configuration(rootfs(folder))));
            return rows(measure(folder, rounds));
        } finally {
            Shell.must("rm", "-rf", "--one-file-system", folder.toString());
        }
    }

    private static Path rootfs(Path folder) throws IOException {
        var rootfs = folder.resolve("rootfs");
        for (var name : List.of("bin", "dev", "etc", "proc", "sys", "tmp")) {
            Files.createDirectories(rootfs.resolve(name));
        }
        Shell.must("cp", "/bin/busybox", rootfs.resolve("bin/true").toString());
        return rootfs;
    }

    private Spec configuration(Path rootfs) throws IOException, OciException {
        var pods = node.pods();
        var image = node.registry().push(TestImage.busybox("bench/verbs:1"));
        pods.pull(image);
        var pod = pods.config("verbs", NamespaceMode.POD).build();
        var container = pods.create(
                pods.run(pod),
                pod,
                Pods.confined("main", image, NamespaceMode.POD, List.of("/bin/true"))
                        .build());
        return RequestSpec.of(node, container, rootfs, "verbs");
    }

    private static List<String> measure(Path folder, int rounds)
            throws IOException, InterruptedException, ErrnoException {
        var dist = CrijServer.distribution();
        var java = List.of(
                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "@" + dist.resolve("lib/common.flags"),
                "@" + dist.resolve("lib/conmon-j.flags"),
                "-cp",
                System.getProperty("java.class.path"),
                VerbsProcess.class.getName(),
                folder.toString(),
                Integer.toString(rounds));
        var output = folder.resolve("times");
        try (var mount = new HugetlbHierarchy()) {
            var process = new ProcessBuilder(mount.inside(java))
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .redirectOutput(output.toFile())
                    .start();
            if (process.waitFor() != 0) {
                throw new IOException("the process that measures the verbs ended with " + process.exitValue());
            }
        }
        return Files.readAllLines(output);
    }

    /// @param lines "who, verb, milliseconds"
    private static List<Row> rows(List<String> lines) {
        var rows = new Rows();
        for (var line : lines) {
            var fields = line.split(" ", -1);
            boolean whole = fields[1].equals("all");
            rows.add(
                    fields[0],
                    whole ? "create, start, wait and delete `/bin/true`" : "of it " + fields[1],
                    "ms",
                    whole ? Promise.ratios(GATES) : Promise.NONE,
                    Double.parseDouble(fields[2]));
        }
        return rows.list();
    }
}
