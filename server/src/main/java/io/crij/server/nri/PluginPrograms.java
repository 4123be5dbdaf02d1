package io.crij.server.nri;

import io.crij.server.config.Config;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The plugins that this node starts itself: executable files with names as `10-limits`.
final class PluginPrograms {
    private static final Logger LOG = LoggerFactory.getLogger(PluginPrograms.class);
    private static final Pattern NAME = Pattern.compile("([0-9]{2})-([A-Za-z0-9_.+-]+)");
    private static final byte[] WASM = {0, 'a', 's', 'm'};

    private PluginPrograms() {}

    /// @param config text of its configuration file; may be empty
    record Program(Path file, String index, String name, String config) {
        String id() {
            return index + "-" + name;
        }
    }

    /// What cannot be used is said in the log and left out.
    static List<Program> find(Config.Nri settings) {
        if (!Files.isDirectory(settings.pluginPath())) {
            return List.of();
        }
        var programs = new ArrayList<Program>();
        try (var files = Files.list(settings.pluginPath())) {
            for (var file : files.sorted().toList()) {
                if (!Files.isDirectory(file) && Files.isExecutable(file)) {
                    add(file, settings.pluginConfigPath(), programs);
                }
            }
        } catch (IOException e) {
            LOG.error("no NRI plugin is started: tried to list {} but {}", settings.pluginPath(), e.getMessage());
        }
        return programs;
    }

    private static void add(Path file, Path configs, List<Program> programs) {
        var match = NAME.matcher(file.getFileName().toString());
        if (!match.matches()) {
            LOG.warn("NRI plugin {} is not started: its name is not two digits, a dash and a name", file);
            return;
        }
        try {
            if (isWasm(file)) {
                LOG.warn("NRI plugin {} is not started: WebAssembly plugins are not supported", file);
                return;
            }
            programs.add(
                    new Program(file, match.group(1), match.group(2), config(configs, match.group(1), match.group(2))));
        } catch (IOException e) {
            LOG.warn("NRI plugin {} is not started: {}", file, e.getMessage());
        }
    }

    private static boolean isWasm(Path file) throws IOException {
        try (var in = Files.newInputStream(file)) {
            return Arrays.equals(in.readNBytes(WASM.length), WASM);
        }
    }

    private static String config(Path folder, String index, String name) throws IOException {
        for (var file : List.of(folder.resolve(index + "-" + name + ".conf"), folder.resolve(name + ".conf"))) {
            if (Files.exists(file)) {
                return Files.readString(file);
            }
        }
        return "";
    }
}
