package io.crij.server.cli;

import io.crij.server.config.Config;
import io.crij.server.config.ConfigException;
import io.crij.server.config.ConfigFiles;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// The flags of every command that reads the server's configuration.
public final class ConfigOptions {
    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "Configuration file, which must exist (default: /etc/crij/crij.toml, which may be absent);"
                    + " drop-ins are the *.toml of the folder crij.conf.d beside it.")
    private @Nullable Path config;

    @Option(names = "--socket", paramLabel = "PATH", description = "Same as server.socket.")
    private @Nullable String socket;

    @Option(names = "--state", paramLabel = "DIR", description = "Same as server.state.")
    private @Nullable String state;

    @Option(names = "--data", paramLabel = "DIR", description = "Same as server.data.")
    private @Nullable String data;

    @Option(names = "--monitor-socket", paramLabel = "PATH", description = "Same as monitor.socket.")
    private @Nullable String monitorSocket;

    @Option(names = "--log-level", paramLabel = "LEVEL", description = "Same as log.level.")
    private @Nullable String logLevel;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "Any key of the configuration with a TOML value, as --set 'images.parallel_downloads=2'.")
    private List<String> set = List.of();

    /// The configuration in force: files, then flags.
    public Config read() throws ConfigException {
        return files().read(overrides());
    }

    private ConfigFiles files() throws ConfigException {
        return config == null ? ConfigFiles.STANDARD : ConfigFiles.named(config);
    }

    private Map<String, String> overrides() {
        var overrides = new LinkedHashMap<String, String>();
        for (var assignment : set) {
            overrides.put("--set " + assignment, assignment);
        }
        put(overrides, "--socket", "server.socket", socket);
        put(overrides, "--state", "server.state", state);
        put(overrides, "--data", "server.data", data);
        put(overrides, "--monitor-socket", "monitor.socket", monitorSocket);
        put(overrides, "--log-level", "log.level", logLevel);
        return overrides;
    }

    private static void put(Map<String, String> overrides, String flag, String key, @Nullable String value) {
        Optional.ofNullable(value)
                .map(text -> text.replace("\\", "\\\\").replace("\"", "\\\""))
                .ifPresent(text -> overrides.put(flag, key + " = \"" + text + '"'));
    }
}
