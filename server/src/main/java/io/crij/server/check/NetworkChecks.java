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

    /// A file that names a network.
    ///
    /// @param plugins in the order of use, those for addresses included
    private record Found(Path file, String name, JsonNode document, List<String> plugins) {}

    NetworkChecks(Config.Network network) {
        this.network = network;
    }

    List<Finding> run() {
        var findings = new ArrayList<Finding>();
        var usable = new ArrayList<Found>();
        for (var file : configurations()) {
            read(file, findings).ifPresent(usable::add);
        }
        var wanted = network.defaultNetwork();
        usable.stream()
                .filter(found -> wanted.isEmpty() || wanted.equals(found.name()))
                .findFirst()
                .ifPresentOrElse(
                        found -> findings.addAll(plugins(found)),
                        () -> findings.add(none(usable.stream().map(Found::name).toList())));
        findings.add(forwarding());
        return findings;
    }

    private Finding none(List<String> others) {
        return network.defaultNetwork().isEmpty()
                ? Finding.warn(
                        "CNI configuration",
                        "none in " + network.configDir() + ": only pods on the host's network can run",
                        "install a network add-on, or copy share/cni/10-crij.conflist there for a single node")
                : Finding.fail(
                        "CNI configuration",
                        "no network in " + network.configDir() + " has the name " + network.defaultNetwork()
                                + (others.isEmpty() ? "" : "; there are: " + String.join(", ", others)),
                        "set network.default_network to one of them, or to \"\" for the first");
    }

    /// A file of no use is left out, as the server does.
    private static Optional<Found> read(Path file, List<Finding> findings) {
        try {
            var document = new ObjectMapper().readTree(file.toFile());
            var found = new Found(file, document.path("name").asText(), document, plugins(document));
            if (!found.name().isEmpty() && !found.plugins().isEmpty()) {
                return Optional.of(found);
            }
            findings.add(leftOut(file, "has no name or no plugins"));
        } catch (IOException e) {
            findings.add(leftOut(file, "cannot be read: " + e.getMessage()));
        }
        return Optional.empty();
    }

    private static Finding leftOut(Path file, String why) {
        return Finding.warn("CNI configuration", file + " is left out: it " + why, "mend or remove it");
    }

    private List<Path> configurations() {
        if (!Files.isDirectory(network.configDir())) {
            return List.of();
        }
        try (var files = Files.list(network.configDir())) {
            return files.filter(f -> f.toString().matches(".*\\.(conf|conflist|json)"))
                    .filter(Files::isRegularFile)
                    .sorted()
                    .toList();
        } catch (IOException e) {
            return List.of();
        }
    }

    private List<Finding> plugins(Found found) {
        return Stream.of(Optional.of(present(found)), firewall(found))
                .flatMap(Optional::stream)
                .toList();
    }

    private Finding present(Found found) {
        var missing = found.plugins().stream().filter(p -> !installed(p)).toList();
        return missing.isEmpty()
                ? Finding.ok(
                        "CNI configuration",
                        found.name() + " with " + String.join(", ", found.plugins()) + " (" + found.file() + ")")
                : Finding.fail(
                        "CNI plugins",
                        "not found in " + network.pluginDirs() + ": " + String.join(", ", missing) + " (named by "
                                + found.file() + ")",
                        "install containernetworking-plugins, or set network.plugin_dirs");
    }

    /// Host ports and masquerading are rules that the plugins make with iptables, unless they use nftables.
    private static Optional<Finding> firewall(Found found) {
        if (!found.plugins().contains("portmap") && !found.document().toString().contains("\"ipMasq\":true")) {
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
            if (each.has("type")) {
                names.add(each.path("type").asText());
            }
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
