package io.crij.server.monitor;

import io.crij.linux.ChildExit;
import io.crij.linux.ErrnoException;
import io.crij.linux.Fd;
import io.crij.linux.Spawn;
import io.crij.linux.abi.FileFlags;
import io.crij.server.config.Config;
import io.crij.server.transport.Sockets;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Sees to it that the container monitor runs: one that answers is used, else it is started in a session of its own, so
/// that it and its containers outlive this process.
public final class MonitorStart {
    private static final Logger LOG = LoggerFactory.getLogger(MonitorStart.class);
    private static final Duration PAUSE = Duration.ofMillis(20);
    private static final int LOG_LINES = 5;

    private final Path socket;
    private final Path state;
    private final Config.Monitor config;

    public MonitorStart(Config config) {
        this.socket = config.monitorSocket();
        this.state = config.server().state();
        this.config = config.monitor();
    }

    /// Returns when the monitor's socket answers.
    ///
    /// @throws IOException it does not, and cannot be started; the message says what to do
    public void ensureRunning() throws IOException, InterruptedException {
        if (Sockets.isLive(socket)) {
            LOG.info("conmon-j answers on {}", socket);
            return;
        }
        if (config.command().isEmpty()) {
            throw new IOException("Tried to reach conmon-j on " + socket + " but nobody answers there, and"
                    + " monitor.command is empty: start it (systemctl start conmon-j) or set the command");
        }
        var command = command();
        Files.createDirectories(state);
        int pid = spawn(command);
        MonitorCgroup.leaveUnit(pid);
        await(pid, command);
        LOG.info("conmon-j started with pid {}, its log is {}", pid, logFile());
    }

    private int spawn(List<String> command) throws IOException {
        int append = FileFlags.O_WRONLY | FileFlags.O_CREAT | FileFlags.O_APPEND;
        try (var nothing = Fd.open("/dev/null", FileFlags.O_RDWR);
                var log = Fd.open(logFile().toString(), append, 0640)) {
            return new Spawn(command.getFirst())
                    .arguments(command)
                    .environment(environment())
                    .descriptor(0, nothing)
                    .descriptor(1, log)
                    .descriptor(2, log)
                    .newSession()
                    .start();
        } catch (ErrnoException e) {
            throw new IOException(
                    "Tried to start conmon-j as " + String.join(" ", command) + " but " + e.getMessage()
                            + "; correct monitor.command",
                    e);
        }
    }

    private void await(int pid, List<String> command) throws IOException, InterruptedException {
        long end = System.nanoTime() + config.startTimeout().toNanos();
        while (!Sockets.isLive(socket)) {
            var exit = exit(pid);
            if (exit.isPresent()) {
                throw new IOException("Started conmon-j as " + String.join(" ", command) + " but it ended at once ("
                        + exit.get() + "); the end of " + logFile() + ":\n" + logTail());
            }
            if (System.nanoTime() > end) {
                throw new IOException("Started conmon-j as " + String.join(" ", command) + ", pid " + pid
                        + ", but within " + config.startTimeout().toMillis() + " ms nobody answered on " + socket
                        + "; see " + logFile() + ", or raise monitor.start_timeout");
            }
            Thread.sleep(PAUSE);
        }
    }

    private static Optional<ChildExit> exit(int pid) throws IOException {
        try {
            return ChildExit.poll(pid);
        } catch (ErrnoException e) {
            throw new IOException("cannot watch the start of conmon-j: " + e.getMessage(), e);
        }
    }

    private List<String> command() throws IOException {
        var command = new ArrayList<>(config.command());
        command.set(0, program(command.getFirst()).toString());
        if (command.size() == 1) {
            command.addAll(List.of("--socket", socket.toString(), "--state", state.toString()));
        }
        return command;
    }

    /// A name is looked for beside this program (the launcher tells where that is), then in PATH.
    private static Path program(String name) throws IOException {
        if (name.contains("/")) {
            return Path.of(name);
        }
        var folders = new ArrayList<String>();
        Optional.ofNullable(System.getProperty("crij.bin")).ifPresent(folders::add);
        folders.addAll(List.of(
                System.getenv().getOrDefault("PATH", "/usr/local/bin:/usr/bin").split(":")));
        return folders.stream()
                .map(folder -> Path.of(folder, name))
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow(() -> new IOException("Tried to start " + name + " but it is in none of "
                        + String.join(", ", folders) + "; install it or set monitor.command to its path"));
    }

    private static List<String> environment() {
        return System.getenv().entrySet().stream()
                // set by systemd for this process alone
                .filter(entry -> !List.of("NOTIFY_SOCKET", "WATCHDOG_PID", "WATCHDOG_USEC", "LISTEN_PID", "LISTEN_FDS")
                        .contains(entry.getKey()))
                .map(Map.Entry::toString)
                .toList();
    }

    private Path logFile() {
        return state.resolve("conmon-j.log");
    }

    private String logTail() throws IOException {
        var lines = Files.readAllLines(logFile());
        return String.join("\n", lines.subList(Math.max(0, lines.size() - LOG_LINES), lines.size()));
    }
}
