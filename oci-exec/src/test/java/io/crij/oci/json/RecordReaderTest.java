package io.crij.oci.json;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class RecordReaderTest {
    private enum Colour {
        RED,
        BLUE
    }

    private record Tree(
            @Nullable String kind,
            int small,
            long large,
            long unsigned,
            boolean truth,
            @Nullable Integer maybe,
            @Nullable Colour colour,
            @Nullable List<Tree> children,
            @Nullable Map<String, Colour> named) {
        @SuppressWarnings("UnusedVariable") // found by its name
        static final Traits JSON = Traits.named("kind", "class").and(Traits.unsigned("unsigned"));

        Tree {
            if (small == 13) {
                throw new IllegalArgumentException("13 is unlucky");
            }
        }
    }

    private static Tree read(String json) throws JsonException {
        return RecordReader.read(Tree.class, json.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void readsBackWhatWasWritten() throws Exception {
        Tree leaf = new Tree("\"leaf\"\n€", 0, Long.MIN_VALUE, -1, true, 7, Colour.BLUE, List.of(), Map.of());
        Tree tree = new Tree(null, -5, 1L << 60, 3, false, null, null, List.of(leaf), Map.of("a", Colour.RED));
        assertEquals(tree, RecordReader.read(Tree.class, RecordWriter.write(tree, Objects::isNull)));
    }

    @Test
    void whatIsAbsentNullOrUnknownDoesNotMatter() throws Exception {
        Tree empty = new Tree(null, 0, 0, 0, false, null, null, null, null);
        assertEquals(empty, read("{}"));
        assertEquals(empty, read("{\"small\":null,\"truth\":null,\"children\":null,\"new\":{\"a\":[1,{}]}}"));
        assertNull(read("{\"children\":[null]}").children().getFirst());
    }

    private record Mistaken(int there) {
        @SuppressWarnings("UnusedVariable") // found by its name
        static final Traits JSON = Traits.unsigned("gone");
    }

    @Test
    void traitsAreOfComponentsThatAreThere() {
        var e = assertThrows(
                IllegalStateException.class,
                () -> RecordReader.read(Mistaken.class, "{}".getBytes(StandardCharsets.UTF_8)));
        assertEquals(true, e.getMessage().endsWith("Mistaken has no component [gone]"), e.getMessage());
    }

    private record Profile(List<String> calls, int depth) {
        Profile {
            calls = List.copyOf(calls);
        }
    }

    private record Box(
            String id, @Nullable Profile profile, @Nullable String after) {
        @SuppressWarnings("UnusedVariable") // found by its name
        static final Traits JSON = Traits.recurring("profile");
    }

    private static Box box(String json) throws JsonException {
        return RecordReader.read(Box.class, json.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void whatRecursIsReadOnce() throws Exception {
        Profile first = box("{\"id\":\"a\",\"profile\":{\"calls\":[\"x\",\"}\"],\"depth\":1},\"after\":\"z\"}")
                .profile();
        Box second = box("{\"id\":\"long\",\"profile\":{\"calls\":[\"x\",\"}\"],\"depth\":1},\"after\":\"y\"}");
        assertSame(first, second.profile());
        assertEquals("y", second.after());
        assertEquals(
                new Profile(List.of("x", "}"), 12),
                box("{\"profile\":{\"calls\":[\"x\",\"}\"],\"depth\":12}}").profile());
        assertEquals(
                new Profile(List.of("x", "}"), 1),
                box("{\"profile\":{\"calls\":[\"x\",\"}\"],\"depth\":1}}").profile());
        assertNull(box("{\"profile\":null}").profile());
        JsonException refused = assertThrows(JsonException.class, () -> box("{\"profile\":{\"calls\":[1]}}"));
        assertEquals("profile.calls[0]", refused.path());
    }

    @Test
    void whatRecursIsWrittenAsAnythingElse() throws Exception {
        for (int depth : new int[] {3, 3, 4, 3}) {
            Box box = new Box("b", new Profile(List.of("€"), depth), "end");
            assertEquals(box, RecordReader.read(Box.class, RecordWriter.write(box, Objects::isNull)));
            assertEquals(
                    "{\"id\":\"b\",\"profile\":{\"calls\":[\"€\"],\"depth\":" + depth + "},\"after\":\"end\"}",
                    new String(RecordWriter.write(box, Objects::isNull), StandardCharsets.UTF_8));
        }
    }

    @ParameterizedTest
    @CsvSource(quoteCharacter = '^', delimiter = ';', textBlock = """
        {"small":2147483648}             ; small; 2147483648
        {"large":9223372036854775808}    ; large; 9223372036854775808
        {"unsigned":18446744073709551616}; unsigned; 18446744073709551616
        {"truth":1}                      ; truth; 1
        {"class":1}                      ; class; 1
        {"colour":"GREEN"}               ; colour; "GREEN"
        {"named":{"x":"PINK"}}           ; named.x; "PINK"
        {"children":[{},{"children":{ }}]}; children[1].children; { }
        {"children":[{"small": 13}]}     ; children[0]; {"small": 13}
        {"small":1}{}                    ; $; JSON
        {"small":01}                     ; $; JSON
        ^^                               ; $; JSON\
        """)
    void refusesWithPathAndValue(String json, String path, String value) {
        JsonException refused = assertThrows(JsonException.class, () -> read(json));
        assertEquals(path, refused.path(), refused.getMessage());
        assertEquals(value, refused.value(), refused.getMessage());
    }
}
