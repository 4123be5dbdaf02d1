package io.crij.e2e;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// `conmon-j` and `crij serve` out of the built distribution.
public final class CrijServer implements ServerUnderTest {
    private final Place place;
    private final Path programs;
    private @Nullable Daemon monitor;
    private @Nullable Daemon server;

    CrijServer(Place place) {
        this.place = place;
        this.programs = distribution().resolve("bin");
        Folders.write(place.root().resolve("crij.toml"), """
                [server]
                socket = "%1$s/crij.sock"
                state = "%1$s"
                data = "%2$s"
                [monitor]
                command = []
                [runtime]
                cgroup_driver = "%10$s"
                cgroup_parent = "%3$s"
                [nri]
                socket = "%1$s/nri.sock"
                plugin_path = "%7$s"
                plugin_config_path = "%8$s"
                plugin_registration_timeout = "60s"
                plugin_request_timeout = "5s"
                [containers]
                cdi_spec_dirs = ["%9$s"]
                [network]
                plugin_timeout = "10s"
                config_dir = "%4$s"
                plugin_dirs = ["%5$s"]
                [images]
                registry_config_dirs = ["%6$s"]
                """.formatted(
                        place.state(),
                        place.data(),
                        place.cgroupParent(),
                        place.cniConfig(),
                        place.cniPlugins(),
                        place.registryConfig(),
                        place.nriPlugins(),
                        place.nriConfig(),
                        place.devices(),
                        Place.cgroupDriver()));
    }

    /// The folder of the built programs: property `crij.dist`, else where the build puts it.
    public static Path distribution() {
        var folder = Path.of(System.getProperty("crij.dist", "../packaging/target/crij"))
                .toAbsolutePath()
                .normalize();
        if (!Files.isExecutable(folder.resolve("bin/crij"))) {
            throw new IllegalStateException("there is no built distribution in " + folder + ": run `make build` first");
        }
        return folder;
    }

    @Override
    public Path socket() {
        return place.state().resolve("crij.sock");
    }

    @Override
    public void start() {
        startMonitor();
        startServer();
    }

    /// Starts conmon-j unless it runs.
    public void startMonitor() {
        if (monitor == null) {
            Folders.make(place.state());
            var socket = place.state().resolve("conmon.sock");
            deleteSocket(socket);
            monitor = daemon(
                    "conmon-j",
                    "--socket",
                    socket.toString(),
                    "--state",
                    place.state().toString());
            monitor.awaitReady(() -> Sockets.answers(socket));
        }
    }

    /// Starts crij unless it runs.
    public void startServer() {
        if (server == null) {
            deleteSocket(socket());
            server = daemon(
                    "crij",
                    "serve",
                    "--config",
                    place.root().resolve("crij.toml").toString());
            server.awaitReady(() -> Sockets.isReady(socket()));
        }
    }

    @Override
    public void killServer() {
        Objects.requireNonNull(server).kill();
        server = null;
    }

    @Override
    public void stopServer() {
        Objects.requireNonNull(server).stop();
        server = null;
    }

    /// SIGKILL to conmon-j; containers and their shims live on.
    public void killMonitor() {
        Objects.requireNonNull(monitor).kill();
        monitor = null;
    }

    public long serverPid() {
        return Objects.requireNonNull(server).pid();
    }

    public long monitorPid() {
        return Objects.requireNonNull(monitor).pid();
    }

    @Override
    public List<Long> daemons() {
        return List.of(monitorPid(), serverPid());
    }

    @Override
    public String logs() {
        return (server == null ? "" : "crij:\n" + server.logTail())
                + (monitor == null ? "" : "\nconmon-j:\n" + monitor.logTail());
    }

    @Override
    public void close() {
        if (server != null) {
            stopServer();
        }
        if (monitor != null) {
            monitor.stop();
            monitor = null;
        }
    }

    private Daemon daemon(String program, String... arguments) {
        var command =
                new java.util.ArrayList<>(List.of(programs.resolve(program).toString()));
        command.addAll(List.of(arguments));
        return new Daemon(program, place.log(program), Map.of(), place.inside(command));
    }

    private static void deleteSocket(Path socket) {
        try {
            Files.deleteIfExists(socket);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
