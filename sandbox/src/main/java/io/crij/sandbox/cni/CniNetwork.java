package io.crij.sandbox.cni;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.List;

/// A network configuration list (CNI specification, section 1).
///
/// @param version of the specification the plugins are asked to speak
/// @param file where it was read
/// @param disableCheck CHECK is never run
/// @param disableGc GC is never run
/// @param plugins configurations in the order of ADD, as written in the file
public record CniNetwork(
        String name, String version, Path file, boolean disableCheck, boolean disableGc, List<ObjectNode> plugins) {
    public CniNetwork {
        plugins = List.copyOf(plugins);
    }

    /// Whether the plugins speak this version of the specification or a newer one.
    boolean speaks(CniVersion least) {
        return CniVersion.of(version).compareTo(least) >= 0;
    }

    static String type(ObjectNode plugin) {
        return plugin.path("type").asText();
    }

    @Override
    public String toString() {
        return "network \"" + name + "\" of " + file;
    }
}
