package io.crij.server.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Reads the configuration: the main file, the drop-ins in the order of their names, then the overrides of the command
/// line.
///
/// @param main need not exist
/// @param dropIns folder of `*.toml`; need not exist
public record ConfigFiles(Path main, Path dropIns) {
    /// Where a packaged server looks.
    public static final ConfigFiles STANDARD =
            new ConfigFiles(Path.of("/etc/crij/crij.toml"), Path.of("/etc/crij/crij.conf.d"));

    /// A file that somebody has named, which must exist, and the drop-ins beside it.
    public static ConfigFiles named(Path main) throws ConfigException {
        if (Files.notExists(main)) {
            throw new ConfigException.Missing(main);
        }
        return new ConfigFiles(main, main.toAbsolutePath().resolveSibling("crij.conf.d"));
    }

    /// @param overrides TOML expressions such as `server.socket = "/tmp/a.sock"`, by the flag they come from
    public Config read(Map<String, String> overrides) throws ConfigException {
        var origins = new LinkedHashMap<String, Origin>();
        var config = Config.DEFAULT;
        for (var document : documents(overrides)) {
            config = new ConfigBinder(document, origins).over(config);
        }
        new ConfigRules(origins).check(config);
        return config;
    }

    private List<TomlText> documents(Map<String, String> overrides) throws ConfigException {
        var documents = new ArrayList<TomlText>();
        if (Files.exists(main)) {
            documents.add(document(main));
        }
        for (var file : dropInFiles()) {
            documents.add(document(file));
        }
        for (var override : overrides.entrySet()) {
            documents.add(TomlText.ofFlag(override.getKey(), override.getValue()));
        }
        return documents;
    }

    private List<Path> dropInFiles() throws ConfigException {
        try (var files = Files.list(dropIns)) {
            return files.filter(file -> file.toString().endsWith(".toml"))
                    .sorted()
                    .toList();
        } catch (NoSuchFileException e) {
            return List.of();
        } catch (IOException e) {
            throw new ConfigException.Unreadable(dropIns, e);
        }
    }

    private static TomlText document(Path file) throws ConfigException {
        try {
            return TomlText.parse(file.toString(), Files.readString(file));
        } catch (IOException e) {
            throw new ConfigException.Unreadable(file, e);
        }
    }
}
