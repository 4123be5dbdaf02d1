package io.crij.server.check;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.crij.server.config.Config;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

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
            findings.addAll(configuration(files.getFirst()));
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

    private List<Finding> configuration(Path file) {
        try {
            var document = new ObjectMapper().readTree(file.toFile());
            var plugins = plugins(document);
            return Stream.of(Optional.of(present(file, document, plugins)), firewall(document, plugins))
                    .flatMap(Optional::stream)
                    .toList();
        } catch (IOException e) {
            return List.of(Finding.fail(
                    "CNI configuration", file + " cannot be read: " + e.getMessage(), "mend or remove it"));
        }
    }

    private Finding present(Path file, JsonNode document, List<String> plugins) {
        var missing = plugins.stream().filter(p -> !installed(p)).toList();
        var name = document.path("name").asText("(no name)");
        return missing.isEmpty()
                ? Finding.ok("CNI configuration", name + " with " + String.join(", ", plugins) + " (" + file + ")")
                : Finding.fail(
                        "CNI plugins",
                        "not found in " + network.pluginDirs() + ": " + String.join(", ", missing) + " (named by "
                                + file + ")",
                        "install containernetworking-plugins, or set network.plugin_dirs");
    }

    /// Host ports and masquerading are rules that the plugins make with iptables, unless they use nftables.
    private static Optional<Finding> firewall(JsonNode document, List<String> plugins) {
        if (!plugins.contains("portmap") && !document.toString().contains("\"ipMasq\":true")) {
            return Optional.empty();
        }
        return Optional.of(
                program("iptables") || program("nft")
                        ? Finding.ok("host ports", "rules can be made")
                        : Finding.fail(
                                "host ports",
                                "the network wants rules for ports or masquerading, but there is no iptables here",
                                "install iptables"));
    }

    private static boolean program(String name) {
        return Stream.of("/usr/sbin", "/sbin", "/usr/bin", "/bin", "/usr/local/sbin")
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, name)));
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
