package io.crij.server.cdi;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;

/// Quoted scalars and flow collections of [Yaml]: `"a"`, `[a, b]`, `{a: b}`.
final class Flow {
    private static final int DEEPEST = 50;

    private final String text;
    private int at;
    private int depth;

    Flow(String text) {
        this.text = text;
    }

    /// The whole text; a comment may follow.
    JsonNode read() throws YamlException {
        var node = node();
        skipSpace();
        if (at < text.length() && text.charAt(at) != '#') {
            throw new YamlException("has \"" + text.substring(at) + "\" after the end of its value");
        }
        return node;
    }

    private JsonNode node() throws YamlException {
        if (++depth > DEEPEST) {
            throw new YamlException("is nested more than " + DEEPEST + " deep");
        }
        skipSpace();
        var node = switch (next()) {
            case '[' -> sequence();
            case '{' -> mapping();
            case '"' -> JsonNodeFactory.instance.textNode(doubleQuoted());
            case '\'' -> JsonNodeFactory.instance.textNode(singleQuoted());
            default -> Scalars.resolve(plain());
        };
        depth--;
        return node;
    }

    private JsonNode sequence() throws YamlException {
        var items = JsonNodeFactory.instance.arrayNode();
        at++;
        for (skipSpace(); next() != ']'; skipSpace()) {
            items.add(node());
            separator(']');
        }
        at++;
        return items;
    }

    private JsonNode mapping() throws YamlException {
        var fields = JsonNodeFactory.instance.objectNode();
        at++;
        for (skipSpace(); next() != '}'; skipSpace()) {
            var key = node().asText();
            skipSpace();
            if (next() != ':') {
                throw new YamlException("has the key \"" + key + "\" without a colon");
            }
            at++;
            fields.set(key, node());
            separator('}');
        }
        at++;
        return fields;
    }

    private void separator(char end) throws YamlException {
        skipSpace();
        if (next() == ',') {
            at++;
        } else if (next() != end) {
            throw new YamlException("wants a comma or \"" + end + "\" before \"" + text.substring(at) + "\"");
        }
    }

    private String singleQuoted() throws YamlException {
        var value = new StringBuilder();
        for (at++; ; at++) {
            char c = next();
            if (c == '\'') {
                if (!text.startsWith("''", at)) {
                    at++;
                    return value.toString();
                }
                at++;
            }
            value.append(c);
        }
    }

    private String doubleQuoted() throws YamlException {
        var value = new StringBuilder();
        for (at++; next() != '"'; at++) {
            value.append(next() == '\\' ? escaped() : next());
        }
        at++;
        return value.toString();
    }

    private char escaped() throws YamlException {
        at++;
        return switch (next()) {
            case '"', '\\', '/' -> next();
            case 'n' -> '\n';
            case 't' -> '\t';
            case 'r' -> '\r';
            case '0' -> '\0';
            case 'x' -> code(2);
            case 'u' -> code(4);
            default -> throw new YamlException("has the unknown escape \\" + next());
        };
    }

    private char code(int digits) throws YamlException {
        if (at + digits >= text.length()) {
            throw new YamlException.Unfinished("an escape");
        }
        var hex = text.substring(at + 1, at + 1 + digits);
        at += digits;
        try {
            return (char) Integer.parseUnsignedInt(hex, 16);
        } catch (NumberFormatException _) {
            throw new YamlException("has the escape \"" + hex + "\", which is not hexadecimal");
        }
    }

    private String plain() throws YamlException {
        int begin = at;
        while (at < text.length() && ",[]{}".indexOf(text.charAt(at)) < 0 && !text.startsWith(": ", at)) {
            at++;
        }
        if (at == begin) {
            throw new YamlException("has nothing where a value should be");
        }
        return text.substring(begin, at).strip();
    }

    private void skipSpace() {
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
            at++;
        }
    }

    private char next() throws YamlException {
        if (at >= text.length()) {
            throw new YamlException.Unfinished("a value");
        }
        return text.charAt(at);
    }
}
