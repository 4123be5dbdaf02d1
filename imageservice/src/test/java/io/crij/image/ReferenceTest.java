package io.crij.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ReferenceTest {
    private static final String DIGEST = "sha256:" + "0123456789abcdef".repeat(4);

    @ParameterizedTest
    @CsvSource({
        "busybox, docker.io/library/busybox:latest",
        "busybox:1.36, docker.io/library/busybox:1.36",
        "user/app, docker.io/user/app:latest",
        "docker.io/busybox, docker.io/library/busybox:latest",
        "index.docker.io/busybox, docker.io/library/busybox:latest",
        "localhost/app, localhost/app:latest",
        "localhost:5000/app, localhost:5000/app:latest",
        "host.example/a/b/c:v1, host.example/a/b/c:v1",
        "[::1]:5000/app, '[::1]:5000/app:latest'",
        "registry.k8s.io/pause:3.10, registry.k8s.io/pause:3.10",
        "a__b/c-d.e, docker.io/a__b/c-d.e:latest"
    })
    void shortNamesAreWrittenOut(String text, String full) throws Exception {
        assertEquals(full, Reference.parse(text).toString());
    }

    @Test
    void aDigestCountsMoreThanATag() throws Exception {
        Reference reference = Reference.parse("app:v1@" + DIGEST);
        assertEquals(DIGEST, reference.target());
        assertEquals(Optional.of("v1"), reference.tag());
        assertEquals(Optional.empty(), reference.repoTag());
        assertEquals(Optional.empty(), Reference.parse("app@" + DIGEST).tag());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "Upper",
                "host.example/Upper",
                "a//b",
                "/a",
                "a/",
                "a:b:c",
                "a:",
                "a@sha256:12",
                "a@md5:0123",
                "host.example/",
                "-a",
                "a..b/c",
                "a b",
                "a\nb",
                "http://host/a",
                "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
                "../a",
                "host:port/a"
            })
    void whatIsNoNameIsRefusedWithTheReason(String text) {
        var refused = assertThrows(ImageException.InvalidReference.class, () -> Reference.parse(text));
        assertEquals(text, refused.text());
        assertTrue(refused.getMessage().length() > 30 + text.length());
    }

    @Provide
    Arbitrary<String> names() {
        Arbitrary<String> part =
                Arbitraries.of("a", "b1", "c-d", "e_f", "g.h", "localhost", "x:5000", "host.io", "A", "..", "");
        Arbitrary<String> path = part.list().ofMinSize(1).ofMaxSize(4).map(it -> String.join("/", it));
        return Combinators.combine(path, Arbitraries.of("", ":v1", ":", "@" + DIGEST, ":v2@" + DIGEST, "@x"))
                .as(String::concat);
    }

    @Property(tries = 500)
    void whatIsParsedIsWrittenSoThatItParsesToTheSame(@ForAll("names") String text) {
        Reference parsed;
        try {
            parsed = Reference.parse(text);
        } catch (ImageException.InvalidReference e) {
            return;
        }
        try {
            assertEquals(parsed, Reference.parse(parsed.toString()));
        } catch (ImageException.InvalidReference e) {
            throw new AssertionError(e);
        }
    }

    @Property(tries = 500)
    void anyTextIsANameOrRefused(@ForAll String text) {
        try {
            assertTrue(Reference.parse(text).repository().length() < 256);
        } catch (ImageException.InvalidReference e) {
            assertEquals(text, e.text());
        }
    }
}
