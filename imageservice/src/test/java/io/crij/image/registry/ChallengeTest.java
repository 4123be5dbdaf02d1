package io.crij.image.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class ChallengeTest {
    @Test
    void theFormOfRegistriesIsRead() {
        List<Challenge> found = Challenge.parse(List.of(
                "Bearer realm=\"https://auth.example/token\",service=\"reg, istry\",scope=\"repository:a:pull,push\"",
                "Basic realm=\"x \\\"y\\\"\""));
        assertEquals(2, found.size());
        assertEquals("bearer", found.getFirst().scheme());
        assertEquals("reg, istry", found.getFirst().parameter("service"));
        assertEquals("repository:a:pull,push", found.getFirst().parameter("scope"));
        assertEquals("x \"y\"", found.getLast().parameter("realm"));
    }

    @Test
    void severalChallengesInOneFieldAreRead() {
        List<Challenge> found = Challenge.parse(List.of("Negotiate, Basic realm=a, Bearer realm=\"b\", error=c"));
        assertEquals(
                List.of("negotiate", "basic", "bearer"),
                found.stream().map(Challenge::scheme).toList());
        assertEquals("c", found.getLast().parameter("error"));
    }

    @Property(tries = 500)
    void anyTextIsRead(@ForAll String field) {
        assertTrue(Challenge.parse(List.of(field)).size() <= field.length());
    }
}
