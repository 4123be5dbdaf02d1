package io.crij.server;

import io.crij.monitor.MonitoredRuntime;
import io.crij.oci.command.CommandSettings;
import io.crij.sandbox.CgroupDriver;
import io.crij.sandbox.RuntimeHandler;
import io.crij.sandbox.RuntimeHandlers;
import io.crij.sandbox.SandboxSettings;
import io.crij.server.config.Config;
import io.crij.server.handlers.FoundHandler;
import io.crij.server.handlers.FoundHandlers;
import io.crij.server.spec.AllowedAnnotations;
import io.crij.server.streaming.StreamSettings;
import io.crij.shim.ShimSettings;
import java.nio.file.Path;
import java.time.Duration;

/// What the configuration says to the other modules.
final class Settings {
    private static final Duration UPGRADE_TIMEOUT = Duration.ofSeconds(10);
    private static final Path NETNS = Path.of("/run/netns");
    private static final Path LOGS = Path.of("/var/log/crij/pods");

    private Settings() {}

    static SandboxSettings sandbox(Config config, FoundHandlers found) {
        var usual = SandboxSettings.defaults();
        var server = config.server();
        boolean standard = server.state().equals(Config.DEFAULT.server().state());
        return new SandboxSettings(
                server.state(),
                server.data(),
                // a second server on one host must not give back what the first one has there
                standard ? NETNS : server.state().resolve("netns"),
                standard ? LOGS : server.data().resolve("logs"),
                switch (config.runtime().cgroupDriver()) {
                    case CGROUPFS -> CgroupDriver.CGROUPFS;
                    case SYSTEMD -> CgroupDriver.SYSTEMD;
                    case AUTO -> throw new IllegalStateException("the cgroup driver is decided before this");
                },
                config.runtime().cgroupParent(),
                config.runtime().shmSize().bytes(),
                config.runtime().sysctls(),
                handlers(config, found),
                config.network().configDir(),
                config.network().pluginDirs(),
                config.network().defaultNetwork(),
                config.network().pluginTimeout(),
                usual.keepUnclaimed());
    }

    static StreamSettings streaming(Config.Streaming config) {
        return new StreamSettings(
                config.address(),
                config.port(),
                config.tlsCert(),
                config.tlsKey(),
                config.tlsCa(),
                config.idleTimeout(),
                config.tokenLifetime(),
                UPGRADE_TIMEOUT);
    }

    private static RuntimeHandlers handlers(Config config, FoundHandlers found) {
        var handlers = found.all().stream()
                .map(handler -> new RuntimeHandler(
                        handler.name(),
                        runtime(config, handler),
                        AllowedAnnotations.of(handler.settings())::passes,
                        handler::problemNow))
                .toList();
        return new RuntimeHandlers(handlers, found.defaultName());
    }

    private static MonitoredRuntime runtime(Config config, FoundHandler handler) {
        var settings = handler.settings();
        return switch (settings.type()) {
            case BUILTIN -> new MonitoredRuntime.BuiltIn();
            case OCI -> {
                var program = handler.program().orElse(Path.of("/nowhere", handler.name()));
                yield new MonitoredRuntime.Command(new CommandSettings(
                        handler.name(),
                        program.toString(),
                        root(config, handler).toString(),
                        settings.options(),
                        settings.dialectOf(program) == Config.Handler.Dialect.GVISOR
                                ? CommandSettings.Dialect.GVISOR
                                : CommandSettings.Dialect.RUNC,
                        config.runtime().cgroupDriver() == Config.CgroupDriver.SYSTEMD,
                        settings.createTimeout().toMillis(),
                        settings.timeout().toMillis()));
            }
            case SHIM_V2 -> new MonitoredRuntime.ShimV2(shim(config, handler));
        };
    }

    private static ShimSettings shim(Config config, FoundHandler handler) {
        var settings = handler.settings();
        var program = handler.program().orElse(Path.of("/nowhere", handler.name()));
        boolean runc = settings.dialect() == Config.Handler.Dialect.RUNC || program.endsWith("containerd-shim-runc-v2");
        boolean gvisor = settings.dialectOf(program) == Config.Handler.Dialect.GVISOR;
        return new ShimSettings(
                handler.name(),
                program.toString(),
                root(config, handler).toString(),
                runc ? ShimSettings.Options.RUNC : ShimSettings.Options.GENERIC,
                settings.shimRuntime().toString(),
                settings.configPath().toString(),
                gvisor ? "io.containerd.runsc.v1.options" : "",
                config.runtime().cgroupDriver() == Config.CgroupDriver.SYSTEMD,
                settings.createTimeout().toMillis(),
                settings.timeout().toMillis());
    }

    private static Path root(Config config, FoundHandler handler) {
        var root = handler.settings().root();
        return root.toString().isEmpty()
                ? config.server().state().resolve("runtimes").resolve(handler.name())
                : root;
    }
}
