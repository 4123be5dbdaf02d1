package io.crij.sandbox.cni;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Reads network configurations: lists (`.conflist`) and single plugins (`.conf`, `.json`), which become lists of one.
final class CniConfigReader {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String NEWEST = "1.1.0";

    CniNetwork read(Path file) throws CniException {
        JsonNode root;
        try {
            root = JSON.readTree(Files.readAllBytes(file));
        } catch (JsonProcessingException e) {
            throw invalid(file, "is not well-formed JSON: " + e.getOriginalMessage());
        } catch (IOException e) {
            throw invalid(file, "cannot be read: " + e);
        }
        return read(file, root);
    }

    CniNetwork read(Path file, JsonNode root) throws CniException {
        if (!(root instanceof ObjectNode config)) {
            throw invalid(file, "holds no JSON object");
        }
        String name = config.path("name").asText();
        if (!name.matches("[a-zA-Z0-9][a-zA-Z0-9_.\\-]*")) {
            throw invalid(
                    file, "name: \"" + name + "\" must be letters, digits, '_', '.', '-', a letter or digit first");
        }
        return new CniNetwork(
                name,
                version(file, config),
                file,
                flag(config, "disableCheck"),
                flag(config, "disableGC"),
                plugins(file, config));
    }

    private static List<ObjectNode> plugins(Path file, ObjectNode config) throws CniException {
        if (!config.has("plugins")) {
            return List.of(plugin(file, "type", config));
        }
        var plugins = new ArrayList<ObjectNode>();
        for (var entry : config.path("plugins")) {
            plugins.add(plugin(file, "plugins[" + plugins.size() + "].type", entry));
        }
        if (plugins.isEmpty()) {
            throw invalid(file, "plugins: is empty; name at least one plugin");
        }
        return plugins;
    }

    private static ObjectNode plugin(Path file, String field, JsonNode entry) throws CniException {
        String type = entry.path("type").asText();
        if (!(entry instanceof ObjectNode plugin) || type.isEmpty()) {
            throw invalid(file, field + ": is missing; it names the plugin's program");
        }
        // a type with a slash would run any program of the host
        if (type.indexOf('/') >= 0 || type.equals("..")) {
            throw invalid(file, field + ": \"" + type + "\" must be a file name");
        }
        return plugin;
    }

    /// Of several `cniVersions` (specification 1.1) the newest that is known here.
    private static String version(Path file, ObjectNode config) throws CniException {
        var offered = new ArrayList<String>();
        config.path("cniVersions").forEach(version -> offered.add(version.asText()));
        var known =
                CniVersion.KNOWN.reversed().stream().filter(offered::contains).findFirst();
        if (known.isPresent()) {
            return known.get();
        }
        String version = config.path("cniVersion").asText();
        if (!CniVersion.KNOWN.contains(version)) {
            throw invalid(
                    file,
                    "cniVersion: \"" + version + "\" is not one of " + String.join(", ", CniVersion.KNOWN)
                            + "; newest here is " + NEWEST);
        }
        return version;
    }

    /// Both `true` and `"true"` are in use.
    private static boolean flag(ObjectNode config, String name) {
        return config.path(name).asBoolean(false);
    }

    private static CniException invalid(Path file, String reason) {
        return new CniException("CNI configuration " + file + " " + reason, "", 0, null);
    }
}
