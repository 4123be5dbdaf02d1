package io.crij.sandbox.cni;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.ArrayList;
import java.util.List;

/// What ADD answered, in any of the forms since 0.3.0.
///
/// @param json as the last plugin wrote it
/// @param addresses of the container without prefix length, in the plugin's order
public record CniResult(JsonNode json, List<String> addresses) {
    /// What a chain answers whose last plugin said nothing.
    static final CniResult EMPTY = new CniResult(JsonNodeFactory.instance.objectNode(), List.of());

    static CniResult of(JsonNode json, String interfaceName) {
        var addresses = new ArrayList<String>();
        for (var ip : json.path("ips")) {
            var index = ip.path("interface");
            var at = json.path("interfaces").path(index.asInt(-1)).path("name");
            // interfaces of the host carry addresses too
            if (!index.isInt() || at.isMissingNode() || at.asText().equals(interfaceName)) {
                String address = ip.path("address").asText();
                addresses.add(address.replaceFirst("/.*", ""));
            }
        }
        return new CniResult(json, List.copyOf(addresses));
    }
}
