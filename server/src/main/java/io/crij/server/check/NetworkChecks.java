package io.crij.server.check;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.crij.server.config.Config;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Pod networks: the CNI configuration and its plugins.
final class NetworkChecks {
    private static final Path FORWARDING = Path.of("/proc/sys/net/ipv4/ip_forward");

    private final Config.Network network;

    NetworkChecks(Config.Network network) {
        this.network = network;
    }

    List<Finding> run() {
        var findings = new ArrayList<Finding>();
        var files = configurations();
        if (files.isEmpty()) {
            findings.add(Finding.warn(
                    "CNI configuration",
                    "none in " + network.configDir() + ": only pods on the host's network can run",
                    "install a network add-on, or copy share/cni/10-crij.conflist there for a single node"));
        } else {
            findings.add(configuration(files.getFirst()));
        }
        findings.add(forwarding());
        return findings;
    }

    private List<Path> configurations() {
        if (!Files.isDirectory(network.configDir())) {
            return List.of();
        }
        try (var files = Files.list(network.configDir())) {
            return files.filter(f -> f.toString().matches(".*\\.(conf|conflist|json)"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            return List.of();
        }
    }

    private Finding configuration(Path file) {
        try {
            var document = new ObjectMapper().readTree(file.toFile());
            var plugins = plugins(document);
            var missing = plugins.stream().filter(p -> !installed(p)).toList();
            return missing.isEmpty()
                    ? Finding.ok(
                            "CNI configuration",
                            document.path("name").asText("(no name)") + " with " + String.join(", ", plugins) + " ("
                                    + file + ")")
                    : Finding.fail(
                            "CNI plugins",
                            "not found in " + network.pluginDirs() + ": " + String.join(", ", missing) + " (named by "
                                    + file + ")",
                            "install containernetworking-plugins, or set network.plugin_dirs");
        } catch (IOException e) {
            return Finding.fail("CNI configuration", file + " cannot be read: " + e.getMessage(), "mend or remove it");
        }
    }

    private static List<String> plugins(JsonNode document) {
        var names = new ArrayList<String>();
        for (var each : document.has("plugins") ? document.path("plugins") : List.of(document)) {
            names.add(each.path("type").asText());
            if (each.path("ipam").has("type")) {
                names.add(each.path("ipam").path("type").asText());
            }
        }
        return names;
    }

    private boolean installed(String plugin) {
        return network.pluginDirs().stream().anyMatch(dir -> Files.isExecutable(dir.resolve(plugin)));
    }

    private static Finding forwarding() {
        try {
            return Files.readString(FORWARDING).strip().equals("1")
                    ? Finding.ok("IP forwarding", "on")
                    : Finding.warn(
                            "IP forwarding",
                            "off: pods reach this node only (the bridge plugin with isGateway turns it on)",
                            "sysctl -w net.ipv4.ip_forward=1");
        } catch (IOException e) {
            return Finding.warn("IP forwarding", "cannot be read: " + e.getMessage(), "mount /proc");
        }
    }
}
