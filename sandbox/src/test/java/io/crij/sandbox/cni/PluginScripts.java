package io.crij.sandbox.cni;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

/// CNI plugins that are shell scripts: they keep each call with its input, hand out addresses as lease files, and do
/// what a file `PLUGIN.do` beside them says instead, if there is one.
public final class PluginScripts {
    private static final String SCRIPT = """
            #!/bin/sh
            dir=$(dirname "$0")
            name=$(basename "$0")
            input=$(cat)
            echo "$CNI_COMMAND $name $CNI_CONTAINERID $CNI_IFNAME $CNI_NETNS" >> "$dir/../calls"
            echo "$CNI_ARGS" >> "$dir/../args"
            env > "$dir/../env"
            printf '%s\\n' "$input" >> "$dir/../$name.$CNI_COMMAND.in"
            if [ -e "$dir/../$name.$CNI_COMMAND.do" ]; then . "$dir/../$name.$CNI_COMMAND.do"; fi
            case $CNI_COMMAND in
            ADD)
              touch "$dir/../leases/$CNI_CONTAINERID.$name"
              printf '{"cniVersion":"1.0.0","interfaces":[{"name":"br0"},{"name":"%s","sandbox":"%s"}],' "$CNI_IFNAME" "$CNI_NETNS"
              printf '"ips":[{"address":"10.9.0.1/24","interface":0},{"address":"10.9.0.7/24","interface":1},{"address":"fd00::7/64","interface":1}]}'
              ;;
            DEL) rm -f "$dir/../leases/$CNI_CONTAINERID.$name" ;;
            esac
            """;

    private final Path root;

    public PluginScripts(Path root) throws IOException {
        this.root = root;
        Files.createDirectories(configurations());
        Files.createDirectories(programs());
        Files.createDirectories(root.resolve("leases"));
    }

    public Path configurations() {
        return root.resolve("net.d");
    }

    public Path programs() {
        return root.resolve("bin");
    }

    /// Writes a configuration and its plugins.
    public void network(String name, String version, String... plugins) throws IOException {
        var list = new StringBuilder();
        for (var plugin : plugins) {
            plugin(plugin);
            list.append(list.isEmpty() ? "" : ",")
                    .append("{\"type\":\"" + plugin
                            + "\",\"capabilities\":{\"portMappings\":true,\"bandwidth\":true}}");
        }
        Files.writeString(
                configurations().resolve(name + ".conflist"),
                "{\"cniVersion\":\"" + version + "\",\"name\":\"" + name + "\",\"plugins\":[" + list + "]}");
    }

    public void plugin(String name) throws IOException {
        var program = programs().resolve(name);
        Files.writeString(program, SCRIPT);
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    /// Shell commands that a plugin runs first on a verb.
    public void instead(String plugin, String verb, String commands) throws IOException {
        Files.writeString(root.resolve(plugin + "." + verb + ".do"), commands);
    }

    public void asUsual(String plugin, String verb) throws IOException {
        Files.deleteIfExists(root.resolve(plugin + "." + verb + ".do"));
    }

    /// `VERB plugin container interface netns` of each call.
    public List<String> calls() throws IOException {
        return lines("calls");
    }

    public List<String> arguments() throws IOException {
        return lines("args");
    }

    public List<String> environment() throws IOException {
        return lines("env");
    }

    /// What a plugin read on a verb, all calls.
    public String input(String plugin, String verb) throws IOException {
        return Files.readString(root.resolve(plugin + "." + verb + ".in"));
    }

    public List<String> leases() throws IOException {
        try (var files = Files.list(root.resolve("leases"))) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }

    public void clearLeases() throws IOException {
        for (var lease : leases()) {
            Files.delete(root.resolve("leases").resolve(lease));
        }
    }

    private List<String> lines(String file) throws IOException {
        var path = root.resolve(file);
        return Files.exists(path) ? Files.readAllLines(path) : List.of();
    }
}
