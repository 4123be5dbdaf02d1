package io.crij.shim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.crij.linux.Directory;
import io.crij.oci.cgroup.CgroupHost;
import io.crij.oci.runtime.BuiltinRuntime;
import io.crij.oci.runtime.CreateRequest;
import io.crij.oci.runtime.ExitStatus;
import io.crij.oci.runtime.OciRuntime;
import io.crij.oci.runtime.Rootfs;
import io.crij.oci.runtime.Shim;
import io.crij.oci.runtime.Stdio;
import io.crij.oci.spec.Process;
import io.crij.oci.spec.Spec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// A runtime over shims in a folder of its own. Closing removes everything.
final class ShimBox implements AutoCloseable {
    static final Duration PATIENCE = Duration.ofSeconds(60);

    final Path folder;
    private final BuiltinRuntime builtin;
    private Shims shims;
    private final List<Shim> opened = new ArrayList<>();

    ShimBox() throws IOException {
        assumeTrue(System.getProperty("user.name").equals("root"), "not root");
        folder = Files.createTempDirectory("crij-shim-box");
        builtin = new BuiltinRuntime(folder.resolve("containers"));
        shims = shims();
    }

    private Shims shims() throws IOException {
        return new Shims(folder, folder.resolve("containers"), builtin.subreapers(), CgroupHost.read());
    }

    /// As after a restart of the monitor.
    OciRuntime again(Path program, Duration time) throws IOException {
        shims.close();
        shims = shims();
        return runtime(program, time);
    }

    OciRuntime runtime(Path program, Duration time) {
        return shims.runtime(settings(program, time));
    }

    ShimSettings settings(Path program, Duration time) {
        return new ShimSettings(
                "fake",
                program.toString(),
                folder.resolve("root").toString(),
                ShimSettings.Options.GENERIC,
                "",
                "/etc/fake.toml",
                "",
                false,
                time.toMillis(),
                time.toMillis());
    }

    /// A program whose verbs are `start` and `delete`.
    Path script(String text) throws IOException {
        Path file = Files.writeString(
                folder.resolve("containerd-shim-fake-v2"), "#!/bin/sh\nfor verb; do :; done\n" + text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
        return file;
    }

    /// One that finds this shim.
    Path finds(Path socket) throws IOException {
        return script("if [ $verb = start ]; then echo unix://" + socket + "; fi\n");
    }

    Path socket() {
        return folder.resolve("fake");
    }

    Shim create(OciRuntime runtime, String id, Stdio stdio) throws Exception {
        var request = new CreateRequest(
                id,
                folder.resolve("containers").resolve(id),
                Spec.EMPTY.with(spec -> {
                    spec.process = process();
                    spec.annotations = Map.of("io.kubernetes.cri.sandbox-id", "sandbox");
                }),
                new Rootfs.Directory(folder),
                stdio);
        var shim = runtime.create(request);
        opened.add(shim);
        return shim;
    }

    static Process process() {
        return Process.EMPTY.with(process -> {
            process.args = List.of("true");
            process.cwd = "/";
        });
    }

    static ExitStatus await(Shim shim) throws Exception {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (shim.exitStatus().isEmpty()) {
            assertTrue(System.nanoTime() < end, "it did not end");
            shim.exited().awaitReadable(Duration.ofMillis(100));
        }
        return shim.exitStatus().get();
    }

    /// Pids of living processes with that word in their command line.
    static List<String> processes(String word) throws IOException {
        List<String> found = new ArrayList<>();
        try (var all = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (Path process : all) {
                try {
                    if (Files.readString(process.resolve("cmdline"), StandardCharsets.ISO_8859_1)
                            .contains(word)) {
                        found.add(process.getFileName().toString());
                    }
                } catch (IOException e) {
                    // it has ended
                }
            }
        }
        return found;
    }

    void assertNothingLeft(String id) throws Exception {
        opened.forEach(Shim::close);
        opened.clear();
        assertFalse(Files.exists(folder.resolve("containers").resolve(id)), "the container's folder");
        assertFalse(Files.exists(folder.resolve("shims").resolve(id)), "its bundle");
        assertEquals(List.of(), processes("crij-shim " + id));
    }

    @Override
    public void close() throws Exception {
        opened.forEach(Shim::close);
        shims.close();
        Directory.deleteTree(folder.toString());
    }
}
