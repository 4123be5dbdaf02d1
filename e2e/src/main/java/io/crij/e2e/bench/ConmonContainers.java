package io.crij.e2e.bench;

import io.crij.e2e.Shell;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// Containers of the packaged runc under the packaged conmon, as CRI-O starts them; for the writers of [LogsBench].
final class ConmonContainers {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Path folder;
    private final Path rootfs;
    private final Map<String, Process> monitors = new HashMap<>();

    ConmonContainers(Path folder) throws IOException {
        this.folder = folder;
        this.rootfs = folder.resolve("rootfs");
        for (var name : List.of("bin", "dev", "etc", "proc", "sys", "tmp", "bench")) {
            Files.createDirectories(rootfs.resolve(name));
        }
        Shell.must("cp", "/bin/busybox", rootfs.resolve("bin/busybox").toString());
        for (var applet : List.of("sh", "dd")) {
            Files.createSymbolicLink(rootfs.resolve("bin").resolve(applet), Path.of("busybox"));
        }
    }

    /// For all of them.
    Path rootfs() {
        return rootfs;
    }

    void bundle(String name, byte[] configuration) throws IOException {
        Files.write(Files.createDirectories(folder.resolve(name)).resolve("config.json"), configuration);
    }

    /// Returns the path of its log.
    Path start(String name) throws IOException, InterruptedException {
        var bundle = folder.resolve(name);
        var log = bundle.resolve("log");
        var pid = bundle.resolve("pid");
        Files.deleteIfExists(log);
        Files.deleteIfExists(pid);
        var command = List.of(
                "conmon",
                "--api-version=1",
                "--sync",
                "--no-sync-log",
                "--cid=" + name,
                "--cuuid=" + name,
                "--name=" + name,
                "--runtime=" + runc(),
                "--runtime-arg=--root=" + state(),
                "--bundle=" + bundle,
                "--container-pidfile=" + pid,
                "--exit-dir=" + bundle,
                "--socket-dir-path=" + bundle,
                "--log-path=k8s-file:" + log);
        monitors.put(
                name,
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(bundle.resolve("conmon.log").toFile())
                        .start());
        long begin = System.nanoTime();
        // the container is there a moment after its pid, and conmon tells nobody; before anything is measured
        while (!Files.exists(pid) || Shell.run(runc("start", name)).exitCode() != 0) {
            if (System.nanoTime() - begin > PATIENCE.toNanos()) {
                throw new IOException("conmon starts no container: " + Files.readString(bundle.resolve("conmon.log"))
                        + Shell.run(runc("state", name)).output());
            }
            Thread.sleep(Duration.ofMillis(5));
        }
        return log;
    }

    void remove(String name) throws IOException, InterruptedException {
        var monitor = java.util.Objects.requireNonNull(monitors.remove(name));
        if (!monitor.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
            monitor.destroyForcibly();
            throw new IOException("conmon of " + name + " does not end");
        }
        Shell.must(runc("delete", "--force", name).toArray(String[]::new));
        Files.delete(folder.resolve(name).resolve("log"));
    }

    private Path state() {
        return folder.resolve("state");
    }

    private List<String> runc(String... arguments) {
        var command = new java.util.ArrayList<>(List.of(runc(), "--root", state().toString()));
        command.addAll(List.of(arguments));
        return command;
    }

    private static String runc() {
        for (var folder : List.of("/usr/bin", "/usr/sbin")) {
            if (Files.isExecutable(Path.of(folder, "runc"))) {
                return folder + "/runc";
            }
        }
        throw new IllegalStateException("install runc: it is not in /usr/bin or /usr/sbin");
    }
}
