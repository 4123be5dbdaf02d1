package io.crij.sandbox.cni;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A container's tie to a network, with all that CHECK and DEL need also after the configuration has changed; kept on
/// disk from before ADD until DEL has worked.
///
/// @param arguments for `CNI_ARGS`
/// @param capabilities arguments by capability, for `runtimeConfig` of the plugins that declare it
/// @param result of ADD; absent while that has not ended
public record CniAttachment(
        String containerId,
        String netns,
        String interfaceName,
        Map<String, String> arguments,
        Map<String, JsonNode> capabilities,
        String network,
        String version,
        String file,
        boolean disableCheck,
        List<ObjectNode> plugins,
        @Nullable JsonNode result) {
    CniAttachment with(JsonNode added) {
        return new CniAttachment(
                containerId,
                netns,
                interfaceName,
                arguments,
                capabilities,
                network,
                version,
                file,
                disableCheck,
                plugins,
                added);
    }

    boolean speaks(CniVersion least) {
        return CniVersion.of(version).compareTo(least) >= 0;
    }

    @Override
    public String toString() {
        return "network \"" + network + "\" of " + file;
    }
}
