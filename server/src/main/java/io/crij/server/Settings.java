package io.crij.server;

import io.crij.sandbox.CgroupDriver;
import io.crij.sandbox.RuntimeHandler;
import io.crij.sandbox.RuntimeHandlers;
import io.crij.sandbox.SandboxSettings;
import io.crij.server.config.Config;
import io.crij.server.streaming.StreamSettings;
import java.nio.file.Path;
import java.time.Duration;

/// What the configuration says to the other modules.
final class Settings {
    private static final Duration UPGRADE_TIMEOUT = Duration.ofSeconds(10);
    private static final Path NETNS = Path.of("/run/netns");
    private static final Path LOGS = Path.of("/var/log/crij/pods");

    private Settings() {}

    static SandboxSettings sandbox(Config config) {
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
                handlers(config),
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

    private static RuntimeHandlers handlers(Config config) {
        var handlers = config.runtimes().keySet().stream()
                .map(name -> new RuntimeHandler(name, new RuntimeHandler.BuiltIn()))
                .toList();
        return new RuntimeHandlers(handlers, config.runtime().defaultHandler());
    }
}
