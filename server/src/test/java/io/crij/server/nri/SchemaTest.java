package io.crij.server.nri;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// The schema and the table of the wire contract hold the same rows: every service, message, field and enum value with
/// its number and type, and nothing else.
class SchemaTest {
    private static final Pattern SCOPE = Pattern.compile("(service|message|enum) (\\w+) \\{(})?");
    private static final Pattern RPC = Pattern.compile("rpc (\\w+)\\((\\w+)\\) returns \\((\\w+)\\);");
    private static final Pattern FIELD = Pattern.compile("(?:(.+) )?(\\w+) = (\\d+);");

    @Test
    void schemaHasEveryRowOfTheTable() throws IOException {
        var missing = table();
        missing.removeAll(schema());
        assertEquals(List.of(), List.copyOf(missing), "in the table, but not in nri.proto");
    }

    @Test
    void schemaHasNothingBeyondTheTable() throws IOException {
        var extra = schema();
        extra.removeAll(table());
        assertEquals(List.of(), List.copyOf(extra), "in nri.proto, but not in the table");
    }

    @Test
    void tableIsWhole() throws IOException {
        var rows = table();
        assertEquals(21, rows.stream().filter(row -> row.startsWith("rpc\t")).count());
        assertTrue(rows.size() > 400, "" + rows.size());
        assertTrue(text("/nri.proto").contains("package nri.pkg.api.v1alpha1;"));
    }

    private static TreeSet<String> table() throws IOException {
        var rows = new TreeSet<String>();
        text("/nri-schema.tsv")
                .lines()
                .filter(line -> !line.startsWith("#"))
                .map(String::strip)
                .forEach(rows::add);
        return rows;
    }

    private static TreeSet<String> schema() throws IOException {
        var rows = new TreeSet<String>();
        var scopes = new ArrayDeque<String>();
        for (var raw : text("/nri.proto").lines().toList()) {
            var line = raw.strip();
            var scope = SCOPE.matcher(line);
            var rpc = RPC.matcher(line);
            var field = FIELD.matcher(line);
            var path = String.join(".", scopes);
            if (line.startsWith("//") || line.startsWith("option")) {
                continue;
            }
            if (scope.matches()) {
                rows.add(scope.group(1) + "\t" + (path.isEmpty() ? "" : path + ".") + scope.group(2));
                if (scope.group(3) == null) {
                    scopes.addLast(scope.group(2));
                }
            } else if (line.equals("}")) {
                scopes.removeLast();
            } else if (rpc.matches()) {
                rows.add("rpc\t" + path + "\t" + rpc.group(1) + "\t" + rpc.group(2) + "\t" + rpc.group(3));
            } else if (field.matches() && !scopes.isEmpty()) {
                var type = field.group(1);
                rows.add((type == null ? "value" : "field") + "\t" + path + "\t" + field.group(2) + "\t"
                        + field.group(3) + (type == null ? "" : "\t" + type));
            }
        }
        return rows;
    }

    private static String text(String resource) throws IOException {
        try (var in = Objects.requireNonNull(SchemaTest.class.getResourceAsStream(resource), resource)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
