package io.crij.server.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.toml.TomlMapper;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;

/// One TOML document and the lines on which its keys stand.
///
/// @param source what the document is called in messages
/// @param lines line (from 1) by dotted path; the parser itself keeps no positions of keys
record TomlText(String source, JsonNode tree, Map<String, Integer> lines) {
    private static final TomlMapper MAPPER = new TomlMapper();
    private static final Pattern TABLE = Pattern.compile("\\s*\\[{1,2}([^\\]=]+)\\]{1,2}\\s*(#.*)?");
    private static final Pattern ASSIGNMENT = Pattern.compile("\\s*([A-Za-z0-9_.\"'\\s/-]+?)\\s*=.*");

    static TomlText parse(String source, String text) throws ConfigException {
        try {
            return new TomlText(source, MAPPER.readTree(text), index(text));
        } catch (JsonProcessingException e) {
            var at = e.getLocation();
            throw new ConfigException.Syntax(
                    new Origin(source, at == null ? 0 : at.getLineNr()), e.getOriginalMessage());
        }
    }

    /// One assignment of the command line, where lines mean nothing.
    static TomlText ofFlag(String flag, String assignment) throws ConfigException {
        try {
            return new TomlText(flag, MAPPER.readTree(assignment), Map.of());
        } catch (JsonProcessingException e) {
            throw new ConfigException.Syntax(new Origin(flag, 0), e.getOriginalMessage());
        }
    }

    /// The line of a key, or of the nearest table around it.
    Origin origin(String path) {
        for (var at = path; ; at = at.substring(0, at.lastIndexOf('.'))) {
            var line = lines.get(at);
            if (line != null) {
                return new Origin(source, line);
            }
            if (at.indexOf('.') < 0) {
                return new Origin(source, 0);
            }
        }
    }

    private static Map<String, Integer> index(String text) {
        var lines = new HashMap<String, Integer>();
        var table = "";
        var scan = new ValueScan();
        int number = 0;
        for (var line : text.lines().toList()) {
            number++;
            if (scan.inside()) {
                scan.feed(line);
                continue;
            }
            var header = TABLE.matcher(line);
            var assignment = ASSIGNMENT.matcher(line);
            if (header.matches()) {
                table = bare(header.group(1)) + ".";
                lines.putIfAbsent(bare(header.group(1)), number);
            } else if (assignment.matches()) {
                lines.putIfAbsent(table + bare(assignment.group(1)), number);
                scan.feed(line.substring(line.indexOf('=') + 1));
            }
        }
        return lines;
    }

    private static String bare(String key) {
        return key.replaceAll("[\"'\\s]", "");
    }

    /// Knows whether a value goes on in the next line: open brackets, or a multi-line string.
    private static final class ValueScan {
        private final ArrayDeque<Character> open = new ArrayDeque<>();
        private String quote = "";

        boolean inside() {
            return !open.isEmpty() || quote.length() == 3;
        }

        void feed(String text) {
            for (int i = 0; i < text.length(); i++) {
                i += quote.isEmpty() ? outside(text, i) : insideString(text, i);
            }
            if (quote.length() == 1) {
                quote = "";
            }
        }

        private int outside(String text, int i) {
            char c = text.charAt(i);
            if (c == '"' || c == '\'') {
                quote = text.startsWith(String.valueOf(c).repeat(3), i)
                        ? String.valueOf(c).repeat(3)
                        : String.valueOf(c);
                return quote.length() - 1;
            }
            if (c == '[' || c == '{') {
                open.push(c);
            } else if ((c == ']' || c == '}') && !open.isEmpty()) {
                open.pop();
            }
            return c == '#' ? text.length() : 0;
        }

        private int insideString(String text, int i) {
            if (text.charAt(i) == '\\' && quote.charAt(0) == '"') {
                return 1;
            }
            if (!text.startsWith(quote, i)) {
                return 0;
            }
            int skip = quote.length() - 1;
            quote = "";
            return skip;
        }
    }
}
