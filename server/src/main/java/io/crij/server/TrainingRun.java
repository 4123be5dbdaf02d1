package io.crij.server;

import io.crij.server.cli.CrijCommand;
import io.crij.server.transport.Sockets;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// What the class cache of `crij` is made from, at build time: the server and the commands in one JVM, with the monitor
/// that they need, on folders of their own. See docs/decisions/001.
///
/// A step that this machine does not allow (no root, no cgroups) is skipped: the cache then knows fewer classes.
final class TrainingRun {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String IMAGE = "localhost/busybox";

    private final Path folder;
    private final Path socket;
    // a file: standard output is that of the commands
    private final PrintStream steps;

    private TrainingRun(Path folder) throws IOException {
        this.folder = folder;
        this.socket = folder.resolve("crij.sock");
        this.steps = new PrintStream(folder.resolve("steps").toFile());
    }

    /// @param args a folder whose name becomes that of a cgroup, and the archive of an image with a shell
    public static void main(String[] args) throws IOException, InterruptedException {
        var run = new TrainingRun(Path.of(args[0]));
        run.localCommands();
        if (run.servers()) {
            run.pods(Path.of(args[1]));
        }
    }

    private void localCommands() {
        crij("--help");
        crij("run", "--help");
        crij("config");
        crij("check");
        crij("completion", "bash");
        crij("no-such-verb");
    }

    /// False when the servers do not start here.
    private boolean servers() throws InterruptedException {
        var monitor = folder.resolve("conmon.sock");
        var state = folder.resolve("state");
        background(
                "monitor",
                () -> io.crij.monitor.Main.main(
                        new String[] {"--socket", monitor.toString(), "--state", state.toString()}));
        if (!await(monitor)) {
            return false;
        }
        background(
                "server",
                () -> crij(
                        "serve",
                        "--config",
                        Files.writeString(folder.resolve("crij.toml"), configuration())
                                .toString(),
                        "--socket",
                        socket.toString(),
                        "--monitor-socket",
                        monitor.toString(),
                        "--state",
                        state.toString(),
                        "--data",
                        folder.resolve("data").toString()));
        return await(socket);
    }

    /// No network is asked for: pods of this run are on the host's.
    private String configuration() {
        return """
                [runtime]
                cgroup_driver = "cgroupfs"
                cgroup_parent = "/%s"
                [network]
                config_dir = "%s"
                [nri]
                socket = "%s"
                plugin_path = "%s"
                """.formatted(
                        folder.getFileName(),
                        folder.resolve("no-network"),
                        folder.resolve("nri.sock"),
                        folder.resolve("no-plugins"));
    }

    private void pods(Path archive) {
        asked("version");
        asked("load", archive.toString());
        asked("run", "--rm", "--host-network", "--pull", "never", IMAGE, "echo", "hello");
        asked("run", "-d", "--host-network", "--pull", "never", "--name", "trained", IMAGE, "sleep", "100");
        asked("ps");
        asked("pods");
        asked("images");
        asked("images", "-o", "json");
        asked("exec", "main", "true");
        asked("logs", "main");
        asked("inspect", "main");
        asked("stop", "--time", "0", "trained");
        asked("rm", "--all", "--force");
    }

    private void asked(String verb, String... rest) {
        var words = new ArrayList<>(List.of(verb, "--endpoint", socket.toString()));
        words.addAll(List.of(rest));
        crij(words.toArray(String[]::new));
    }

    private void crij(String... words) {
        int code = CrijCommand.run(words);
        steps.println("crij " + String.join(" ", words) + ": exit code " + code);
    }

    private static boolean await(Path socket) throws InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!Sockets.isLive(socket)) {
            if (System.nanoTime() > end) {
                return false;
            }
            Thread.sleep(20);
        }
        return true;
    }

    private interface Task {
        void run() throws Exception;
    }

    private void background(String name, Task task) {
        Thread.ofPlatform().name(name).daemon().start(() -> {
            try {
                task.run();
            } catch (Exception e) {
                steps.println(name + " ended: " + e);
            }
        });
    }
}
