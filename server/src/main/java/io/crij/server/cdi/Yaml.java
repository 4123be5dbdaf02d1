package io.crij.server.cdi;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The part of YAML that device specifications are written in: block and flow collections, plain, quoted and block
/// scalars, comments. Anchors, tags, complex keys and several documents are refused, never misread.
///
/// Not thread-safe: one object reads one text.
public final class Yaml {
    private static final int DEEPEST = 50;

    private final List<String> lines;
    private int at;
    private int depth;

    private Yaml(String text) {
        lines = new ArrayList<>(text.lines().toList());
    }

    public static JsonNode read(String text) throws YamlException {
        var yaml = new Yaml(text);
        yaml.skipStart();
        var node = yaml.peek() == null ? JsonNodeFactory.instance.nullNode() : yaml.node(-1);
        var rest = yaml.peek();
        if (rest != null) {
            throw yaml.wrong("is not part of what comes before it; look at its indentation");
        }
        return node;
    }

    private record Line(int indent, String text) {
        boolean item() {
            return text.equals("-") || text.startsWith("- ");
        }
    }

    private void skipStart() {
        while (at < lines.size()
                && (lines.get(at).isBlank()
                        || lines.get(at).startsWith("#")
                        || lines.get(at).startsWith("%"))) {
            at++;
        }
        if (at < lines.size() && lines.get(at).matches("---\\s*(#.*)?")) {
            at++;
        }
    }

    /// The next line with something on it; null at the end of the document.
    private @Nullable Line peek() throws YamlException {
        while (at < lines.size()) {
            var line = lines.get(at);
            var text = line.strip();
            if (text.isEmpty() || text.startsWith("#")) {
                at++;
                continue;
            }
            if (line.startsWith("---")) {
                throw wrong("begins a second document; one file holds one specification");
            }
            if (line.matches("\\.\\.\\.\\s*")) {
                return null;
            }
            int indent = 0;
            while (line.charAt(indent) == ' ') {
                indent++;
            }
            if (line.charAt(indent) == '\t') {
                throw wrong("is indented with a tab; YAML wants spaces");
            }
            return new Line(indent, text);
        }
        return null;
    }

    /// @param parent indentation of what this belongs to
    private JsonNode node(int parent) throws YamlException {
        var line = peek();
        if (line == null) {
            return JsonNodeFactory.instance.nullNode();
        }
        if (++depth > DEEPEST) {
            throw wrong("is nested more than " + DEEPEST + " deep");
        }
        try {
            if (line.item()) {
                return sequence(line.indent());
            }
            return keyEnd(line.text()) >= 0 ? mapping(line.indent()) : value(line.text(), parent);
        } finally {
            depth--;
        }
    }

    private JsonNode sequence(int indent) throws YamlException {
        var items = JsonNodeFactory.instance.arrayNode();
        for (var line = peek(); line != null && line.indent() == indent && line.item(); line = peek()) {
            var rest = line.text().substring(1);
            int dash = 1 + rest.length() - rest.stripLeading().length();
            if (rest.isBlank() || rest.strip().startsWith("#")) {
                at++;
                items.add(below(indent, false));
            } else {
                // as if it stood on a line of its own
                lines.set(at, " ".repeat(indent + dash) + rest.strip());
                items.add(node(indent));
            }
        }
        return items;
    }

    private JsonNode mapping(int indent) throws YamlException {
        var fields = JsonNodeFactory.instance.objectNode();
        for (var line = peek(); line != null && line.indent() == indent && !line.item(); line = peek()) {
            int end = keyEnd(line.text());
            if (end < 0) {
                throw wrong("should be a key followed by a colon");
            }
            var key = key(line.text().substring(0, end).strip());
            if (fields.has(key)) {
                throw wrong("repeats the key \"" + key + "\"");
            }
            var rest = line.text().substring(end + 1).strip();
            if (rest.isEmpty() || rest.startsWith("#")) {
                at++;
                fields.set(key, below(indent, true));
            } else if (rest.startsWith("|") || rest.startsWith(">")) {
                at++;
                fields.put(key, blockScalar(rest, indent));
            } else {
                fields.set(key, value(rest, indent));
            }
        }
        return fields;
    }

    /// What stands deeper; items of a list may stand as deep as the key they belong to.
    private JsonNode below(int indent, boolean ofKey) throws YamlException {
        var next = peek();
        boolean belongs = next != null && (next.indent() > indent || ofKey && next.indent() == indent && next.item());
        return belongs ? node(indent) : JsonNodeFactory.instance.nullNode();
    }

    private String key(String text) throws YamlException {
        char first = text.isEmpty() ? '?' : text.charAt(0);
        if (first == '"' || first == '\'') {
            try {
                return new Flow(text).read().asText();
            } catch (YamlException e) {
                throw wrong(e.getMessage());
            }
        }
        refuseIndicator(first);
        return text;
    }

    /// A scalar or flow collection that begins on the current line and may go on on deeper ones.
    private JsonNode value(String first, int parent) throws YamlException {
        char begin = first.charAt(0);
        if (begin == '"' || begin == '\'' || begin == '[' || begin == '{') {
            return flow(first, parent);
        }
        refuseIndicator(begin);
        var text = new StringBuilder(withoutComment(first));
        at++;
        for (var line = peek(); line != null && line.indent() > parent; line = peek()) {
            if (keyEnd(line.text()) >= 0) {
                throw wrong("stands deeper than the value it follows");
            }
            text.append(' ').append(withoutComment(line.text()));
            at++;
        }
        return Scalars.resolve(text.toString());
    }

    private JsonNode flow(String first, int parent) throws YamlException {
        var text = new StringBuilder(first);
        while (true) {
            try {
                var node = new Flow(text.toString()).read();
                at++;
                return node;
            } catch (YamlException.Unfinished e) {
                at++;
                var line = peek();
                if (line == null || line.indent() <= parent) {
                    at = Math.max(0, at - 1);
                    throw wrong(e.getMessage());
                }
                text.append(' ').append(line.text());
            } catch (YamlException e) {
                throw wrong(e.getMessage());
            }
        }
    }

    private String blockScalar(String header, int parent) throws YamlException {
        var style = withoutComment(header);
        if (!style.matches("[|>][-+]?")) {
            throw wrong("has a block scalar of a form that is not supported");
        }
        var block = new ArrayList<String>();
        int indent = -1;
        for (; at < lines.size(); at++) {
            var line = lines.get(at);
            int own = line.length() - line.stripLeading().length();
            if (!line.isBlank() && own <= parent) {
                break;
            }
            indent = indent < 0 && !line.isBlank() ? own : indent;
            block.add(line.isBlank() || indent < 0 ? "" : line.substring(Math.min(indent, own)));
        }
        while (!style.endsWith("+") && !block.isEmpty() && block.getLast().isEmpty()) {
            block.removeLast();
        }
        var text = String.join(style.startsWith("|") ? "\n" : " ", block);
        return style.endsWith("-") || block.isEmpty() ? text : text + "\n";
    }

    private void refuseIndicator(char first) throws YamlException {
        if ("&*!@`%?|>,]}".indexOf(first) >= 0) {
            throw wrong("uses \"" + first + "\", a part of YAML that is not supported here");
        }
    }

    /// The colon that ends a key at the beginning of the text; -1 when there is none.
    private static int keyEnd(String text) {
        char first = text.charAt(0);
        if (first == '[' || first == '{') {
            return -1;
        }
        boolean quoted = first == '"' || first == '\'';
        int from = quoted ? text.indexOf(first, 1) + 1 : 0;
        if (quoted && from == 0) {
            return -1;
        }
        for (int i = from; i < text.length(); i++) {
            boolean ends = i + 1 == text.length() || Character.isWhitespace(text.charAt(i + 1));
            if (text.charAt(i) == ':' && ends) {
                return i;
            }
            if (quoted && text.charAt(i) != ' ' || text.startsWith(" #", i)) {
                return -1;
            }
        }
        return -1;
    }

    private static String withoutComment(String text) {
        int comment = text.indexOf(" #");
        return comment < 0 ? text : text.substring(0, comment).stripTrailing();
    }

    private YamlException wrong(@Nullable String what) {
        return new YamlException("line " + (at + 1) + " " + what);
    }
}
