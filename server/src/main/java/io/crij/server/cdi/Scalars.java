package io.crij.server.cdi;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.math.BigDecimal;

/// What a scalar without quotes means.
final class Scalars {
    private Scalars() {}

    static JsonNode resolve(String text) {
        var json = JsonNodeFactory.instance;
        return switch (text) {
            case "", "~", "null", "Null", "NULL" -> json.nullNode();
            case "true", "True", "TRUE" -> json.booleanNode(true);
            case "false", "False", "FALSE" -> json.booleanNode(false);
            default -> number(text);
        };
    }

    private static JsonNode number(String text) {
        var json = JsonNodeFactory.instance;
        try {
            if (text.matches("[-+]?(0|[1-9][0-9]*)")) {
                return json.numberNode(Long.parseLong(text));
            }
            // as in YAML 1.1 too, which the tools of the vendors write
            if (text.matches("0o?[0-7]+")) {
                return json.numberNode(Long.parseLong(text.replace("o", ""), 8));
            }
            if (text.matches("0x[0-9a-fA-F]+")) {
                return json.numberNode(Long.parseLong(text.substring(2), 16));
            }
            if (text.matches("[-+]?[0-9]+\\.[0-9]+")) {
                return json.numberNode(new BigDecimal(text));
            }
        } catch (NumberFormatException _) {
            // too large for a number: text
        }
        return json.textNode(text);
    }
}
