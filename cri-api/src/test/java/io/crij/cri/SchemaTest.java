package io.crij.cri;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import io.crij.cri.v1.CriProto;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// The compiled schema and the table of the wire contract hold the same rows: every service, message, field and enum
/// value with its number, type and options, and nothing else.
class SchemaTest {
    private static final FileDescriptor FILE = CriProto.getDescriptor();

    @Test
    void packageIsTheOneOnTheWire() {
        assertEquals("runtime.v1", FILE.getPackage());
    }

    @Test
    void everyRowOfTheTableIsCompiled() throws IOException {
        var missing = new TreeSet<>(table());
        missing.removeAll(compiled());
        assertEquals(List.of(), List.copyOf(missing), "in the table, but not in cri.proto");
    }

    @Test
    void nothingIsCompiledBeyondTheTable() throws IOException {
        var extra = new TreeSet<>(compiled());
        extra.removeAll(table());
        assertEquals(List.of(), List.copyOf(extra), "in cri.proto, but not in the table");
    }

    @Test
    void fortyThreeRpcs() throws IOException {
        assertEquals(43, table().stream().filter(row -> row.startsWith("rpc\t")).count());
        assertTrue(FILE.getExtensions().isEmpty());
    }

    private static TreeSet<String> table() throws IOException {
        var stream = Objects.requireNonNull(SchemaTest.class.getResourceAsStream("/cri-v1-schema.tsv"));
        try (var reader = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
            return rows(reader.lines().filter(line -> !line.startsWith("#")).map(String::stripTrailing));
        }
    }

    private static TreeSet<String> compiled() {
        return rows(Stream.of(
                        FILE.getServices().stream()
                                .flatMap(s -> s.getMethods().stream())
                                .map(SchemaTest::row),
                        FILE.getEnumTypes().stream().flatMap(SchemaTest::rows),
                        FILE.getMessageTypes().stream().flatMap(SchemaTest::rows))
                .flatMap(rows -> rows));
    }

    private static TreeSet<String> rows(Stream<String> rows) {
        return rows.collect(TreeSet::new, TreeSet::add, TreeSet::addAll);
    }

    private static String row(MethodDescriptor rpc) {
        var request =
                (rpc.isClientStreaming() ? "stream " : "") + rpc.getInputType().getName();
        var response =
                (rpc.isServerStreaming() ? "stream " : "") + rpc.getOutputType().getName();
        return line("rpc", rpc.getService().getName(), rpc.getName(), "", request, response);
    }

    private static Stream<String> rows(Descriptor message) {
        if (message.getOptions().getMapEntry()) {
            return Stream.empty();
        }
        var own = message.getFields().isEmpty()
                ? Stream.of(line("message", scope(message.getFullName()), "", "", "no fields", ""))
                : message.getFields().stream().map(SchemaTest::row);
        return Stream.of(
                        own,
                        message.getNestedTypes().stream().flatMap(SchemaTest::rows),
                        message.getEnumTypes().stream().flatMap(SchemaTest::rows))
                .flatMap(rows -> rows);
    }

    private static Stream<String> rows(EnumDescriptor values) {
        return values.getValues().stream()
                .map(v -> line("enum", scope(values.getFullName()), v.getName(), "" + v.getNumber(), "", ""));
    }

    private static String row(FieldDescriptor field) {
        var scope = scope(field.getContainingType().getFullName());
        return line("field", scope, field.getName(), "" + field.getNumber(), type(field), options(field));
    }

    private static String type(FieldDescriptor field) {
        if (field.isMapField()) {
            var entry = field.getMessageType();
            return "map<" + scalar(entry.findFieldByName("key")) + "," + scalar(entry.findFieldByName("value")) + ">";
        }
        return (field.isRepeated() ? "repeated " : "") + scalar(field);
    }

    private static String scalar(FieldDescriptor field) {
        return switch (field.getJavaType()) {
            case MESSAGE -> field.getMessageType().getName();
            case ENUM -> field.getEnumType().getName();
            case INT, LONG, FLOAT, DOUBLE, BOOLEAN, STRING, BYTE_STRING ->
                field.getType().name().toLowerCase(java.util.Locale.ROOT);
        };
    }

    private static String options(FieldDescriptor field) {
        assertTrue(field.getRealContainingOneof() == null, field.getFullName() + " is in a oneof");
        return Stream.of(
                        field.getOptions().getDeprecated() ? "deprecated=true" : "",
                        field.getOptions().getDebugRedact() ? "debug_redact=true" : "")
                .filter(option -> !option.isEmpty())
                .reduce((a, b) -> a + "," + b)
                .orElse("");
    }

    private static String scope(String fullName) {
        return fullName.substring(FILE.getPackage().length() + 1);
    }

    private static String line(String... columns) {
        return String.join("\t", columns).stripTrailing();
    }
}
