package io.crij.server.cdi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class YamlTest {
    @Test
    void specificationAsTheToolsOfVendorsWriteIt() throws Exception {
        same("""
            {"cdiVersion": "0.5.0", "kind": "vendor.com/gpu",
             "containerEdits": {"env": ["VISIBLE=void"],
               "hooks": [{"args": ["hook", "--link", "a.so::/usr/lib/a.so"], "hookName": "createContainer"}]},
             "devices": [{"containerEdits": {"deviceNodes": [{"path": "/dev/gpu0", "fileMode": 432}]}, "name": "0"},
               {"name": "all", "empty": null}]}
            """, """
            ---
            # made by a tool
            cdiVersion: 0.5.0
            kind: vendor.com/gpu
            containerEdits:
              env:
              - VISIBLE=void   # nothing
              hooks:
                - args:
                  - hook
                  - --link
                  - a.so::/usr/lib/a.so
                  hookName: createContainer
            devices:
            - containerEdits:
                deviceNodes:
                - path: /dev/gpu0
                  fileMode: 0660
              name: "0"
            - name: 'all'
              empty:
            """);
    }

    @Test
    void flowCollectionsMayGoOverSeveralLines() throws Exception {
        same("{\"a\": [1, \"x, y\", {\"b\": true}], \"c\": []}", """
            a: [1, "x, y",
              {b: true}]
            c: []
            """);
    }

    @Test
    void scalarsMeanWhatTheyLookLike() throws Exception {
        same("""
            {"text": "1.2.3", "number": -7, "octal": 8, "hex": 255, "real": 1.5, "yes": true, "none": null,
             "quoted": "a\\"b\\tc", "single": "it's", "url": "http://x/#y", "folded": "one two three"}
            """, """
            text: 1.2.3
            number: -7
            octal: 0o10
            hex: 0xff
            real: 1.5
            yes: true
            none: ~
            quoted: "a\\"b\\tc"
            single: 'it''s'
            url: http://x/#y
            folded: one
              two
              three
            """);
    }

    @Test
    void blockScalarsKeepOrFoldTheirLines() throws Exception {
        same("{\"kept\": \"a\\n  b\\n\", \"folded\": \"a b\", \"next\": 1}", """
            kept: |
              a
                b

            folded: >-
              a
              b
            next: 1
            """);
    }

    @Test
    void nestedListsOnOneLine() throws Exception {
        same("[[1, 2], [3]]", """
            - - 1
              - 2
            -
              - 3
            """);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a: &anchor 1",
                "a: *alias",
                "a: !tag 1",
                "a: 1\na: 2",
                "a: 1\n---\nb: 2",
                "\ta: 1",
                "a: [1, 2",
                "a: \"open",
                "a: [1] 2",
                "? a\n: b",
                "a: 1\n  b: 2",
                "- a\nb: 1",
                "a: {b 1}"
            })
    void whatCouldBeMisreadIsRefusedWithItsLine(String text) {
        var failure = assertThrows(YamlException.class, () -> Yaml.read(text));
        assertTrue(failure.getMessage().startsWith("line "), failure.getMessage());
    }

    @Test
    void deepNestingIsRefused() {
        assertThrows(YamlException.class, () -> Yaml.read("a: " + "[".repeat(10_000)));
        assertThrows(YamlException.class, () -> Yaml.read("- ".repeat(10_000) + "a"));
    }

    private static void same(String json, String yaml) throws Exception {
        assertEquals(
                new ObjectMapper().readTree(json).toPrettyString(),
                new ObjectMapper().readTree(Yaml.read(yaml).toString()).toPrettyString());
    }
}
