package io.crij.image.registry;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.toml.TomlMapper;
import io.crij.image.ImageException.InvalidHostConfig;
import io.crij.image.registry.TlsSettings.ClientCertificate;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/// Where a registry's images are looked for, best first: the mirrors of `<folder>/<host>/hosts.toml` in the file's
/// order, then the registry itself. The file is the one that containerd has (its docs/hosts.md), so a node's
/// configuration can be kept. Without one, `<folder>/_default/hosts.toml` counts, and certificates lie beside as
/// Docker
/// has them (`*.crt`, `*.cert` with `*.key`).
///
/// Read at every call: a change needs no restart.
final class RegistryHosts {
    private static final Set<String> KEYS = Set.of(
            "capabilities", "ca", "client", "skip_verify", "override_path", "header", "server", "host", "dial_timeout");

    private final List<Path> folders;

    /// @param folders the first one that knows the host wins
    RegistryHosts(List<Path> folders) {
        this.folders = folders;
    }

    /// @param registry of a reference, such as `docker.io` or `localhost:5000`
    List<RegistryHost> of(String registry) throws InvalidHostConfig {
        for (Path folder : folders) {
            for (String name : folderNames(registry)) {
                Path ofHost = folder.resolve(name);
                Path file = ofHost.resolve("hosts.toml");
                if (Files.isRegularFile(file)) {
                    return read(file, registry);
                }
                if (!name.equals("_default") && Files.isDirectory(ofHost)) {
                    return List.of(upstream(registry, certificates(ofHost)));
                }
            }
        }
        return List.of(upstream(registry, TlsSettings.USUAL));
    }

    /// `host:5000`, and for tools that shun the colon `host_5000_` as containerd has it, or `host_5000`.
    private static List<String> folderNames(String registry) {
        String flat = registry.replace(':', '_');
        return List.of(registry, flat + "_", flat, "_default");
    }

    private static RegistryHost upstream(String registry, TlsSettings tls) {
        return new RegistryHost(URI.create(upstreamUrl(registry) + "/v2"), true, true, false, tls, Map.of());
    }

    private static String upstreamUrl(String registry) {
        if (registry.equals("docker.io")) {
            return "https://registry-1.docker.io";
        }
        // as every other tool: a registry on this machine speaks plain HTTP unless it is at the HTTPS port
        String host = registry.replaceFirst(":[0-9]+$", "");
        boolean plain = ProxySettings.isLoopback(host) && !registry.endsWith(":443");
        return (plain ? "http://" : "https://") + registry;
    }

    private List<RegistryHost> read(Path file, String registry) throws InvalidHostConfig {
        JsonNode root;
        try {
            root = new TomlMapper().readTree(file.toFile());
        } catch (JacksonException e) {
            throw new InvalidHostConfig(
                    file,
                    e.getOriginalMessage() + " (line "
                            + (e.getLocation() == null ? "?" : e.getLocation().getLineNr()) + ")");
        } catch (IOException e) {
            throw new InvalidHostConfig(file, "cannot be read: " + e.getMessage());
        }
        Table top = new Table(file, "", root);
        top.checkKeys(KEYS);
        List<RegistryHost> hosts = new ArrayList<>();
        for (Map.Entry<String, JsonNode> entry : root.path("host").properties()) {
            Table table = new Table(file, "host.\"" + entry.getKey() + "\".", entry.getValue());
            table.checkKeys(KEYS);
            hosts.add(host(table, entry.getKey(), registry));
        }
        String server = top.text("server");
        hosts.add(host(top, server.isEmpty() ? upstreamUrl(registry) : server, registry));
        return withoutRepeats(hosts);
    }

    /// The registry itself is often named as a host too; asking it twice helps nobody.
    private static List<RegistryHost> withoutRepeats(List<RegistryHost> hosts) {
        Map<URI, RegistryHost> distinct = new LinkedHashMap<>();
        hosts.forEach(host -> distinct.putIfAbsent(host.base(), host));
        return List.copyOf(distinct.values());
    }

    private static RegistryHost host(Table table, String address, String registry) throws InvalidHostConfig {
        URI uri = address(table, address);
        String path = uri.getRawPath().replaceFirst("/+$", "");
        if (!table.flag("override_path") && !path.endsWith("/v2")) {
            path += "/v2";
        }
        String upstreamHost = URI.create(upstreamUrl(registry)).getAuthority();
        boolean mirror =
                !uri.getAuthority().equals(upstreamHost) && !uri.getAuthority().equals(registry);
        Set<String> capabilities = table.node("capabilities").isMissingNode()
                ? Set.of("pull", "resolve")
                : new HashSet<>(table.texts("capabilities"));
        TlsSettings tls = new TlsSettings(
                table.texts("ca").stream().map(table::beside).toList(), clients(table), table.flag("skip_verify"));
        return new RegistryHost(
                URI.create(uri.getScheme() + "://" + uri.getAuthority() + path),
                capabilities.contains("resolve"),
                capabilities.contains("pull"),
                mirror,
                tls,
                headers(table));
    }

    private static URI address(Table table, String address) throws InvalidHostConfig {
        try {
            URI uri = URI.create(address.contains("://") ? address : "https://" + address);
            if (uri.getHost() != null
                    && (uri.getScheme().equals("http") || uri.getScheme().equals("https"))) {
                return uri;
            }
        } catch (IllegalArgumentException e) {
            // told below
        }
        throw table.invalid("", "\"" + address + "\" is not a http:// or https:// address");
    }

    private static Map<String, String> headers(Table table) throws InvalidHostConfig {
        Map<String, String> headers = new LinkedHashMap<>();
        Table header = new Table(table.file(), table.path() + "header.", table.node("header"));
        for (Map.Entry<String, JsonNode> entry : header.json().properties()) {
            headers.put(entry.getKey(), String.join(", ", header.texts(entry.getKey())));
        }
        return headers;
    }

    private static List<ClientCertificate> clients(Table table) throws InvalidHostConfig {
        JsonNode client = table.node("client");
        List<ClientCertificate> clients = new ArrayList<>();
        Iterable<JsonNode> entries = client.isTextual() ? List.of(client) : client;
        for (JsonNode entry : entries) {
            if (entry.isTextual()) {
                Path both = table.beside(entry.textValue());
                clients.add(new ClientCertificate(both, both));
            } else if (entry.isArray() && entry.size() == 2) {
                clients.add(new ClientCertificate(
                        table.beside(entry.get(0).asText()),
                        table.beside(entry.get(1).asText())));
            } else {
                throw table.invalid("client", "give a file, or a list of files or of [certificate, key]");
            }
        }
        return clients;
    }

    private static TlsSettings certificates(Path folder) throws InvalidHostConfig {
        try (Stream<Path> files = Files.list(folder)) {
            List<Path> all = files.sorted().toList();
            List<ClientCertificate> clients = all.stream()
                    .filter(it -> it.toString().endsWith(".cert"))
                    .map(it -> new ClientCertificate(it, Path.of(it.toString().replaceFirst("cert$", "key"))))
                    .toList();
            return new TlsSettings(
                    all.stream().filter(it -> it.toString().endsWith(".crt")).toList(), clients, false);
        } catch (IOException e) {
            throw new InvalidHostConfig(folder, "cannot be listed: " + e.getMessage());
        }
    }

    /// A table of the file, with messages that say where.
    private record Table(Path file, String path, JsonNode json) {
        JsonNode node(String key) {
            return json.path(key);
        }

        String text(String key) throws InvalidHostConfig {
            JsonNode node = node(key);
            if (!node.isMissingNode() && !node.isTextual()) {
                throw invalid(key, "must be a string");
            }
            return node.asText("");
        }

        boolean flag(String key) throws InvalidHostConfig {
            JsonNode node = node(key);
            if (!node.isMissingNode() && !node.isBoolean()) {
                throw invalid(key, "must be true or false");
            }
            return node.asBoolean(false);
        }

        List<String> texts(String key) throws InvalidHostConfig {
            JsonNode node = node(key);
            List<String> texts = new ArrayList<>();
            if (node.isTextual()) {
                texts.add(node.textValue());
            } else {
                for (JsonNode item : node) {
                    texts.add(item.asText());
                }
            }
            if (texts.isEmpty() && !node.isMissingNode() && !node.isArray()) {
                throw invalid(key, "must be a string or a list of strings");
            }
            return texts;
        }

        /// A file's path; relative ones start at the configuration's folder.
        Path beside(String name) {
            return file.resolveSibling(name);
        }

        void checkKeys(Set<String> known) throws InvalidHostConfig {
            for (Map.Entry<String, JsonNode> entry : json.properties()) {
                if (!known.contains(entry.getKey())) {
                    throw invalid(
                            entry.getKey(),
                            "is not a known key; known are "
                                    + known.stream().sorted().toList());
                }
            }
        }

        InvalidHostConfig invalid(String key, String reason) {
            return new InvalidHostConfig(file, path + key + " " + reason);
        }
    }
}
