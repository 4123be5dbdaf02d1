package io.crij.server.stats;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class GatheringTest {
    private static final List<Integer> MANY = IntStream.range(0, 100).boxed().toList();

    @Test
    void answersComeInTheOrderOfTheSubjectsWithoutTheEmptyOnes() {
        var answers =
                new Gathering(4).all(MANY, (n, _) -> n % 3 == 0 ? Optional.<String>empty() : Optional.of("n" + n));
        assertEquals(MANY.stream().filter(n -> n % 3 != 0).map(n -> "n" + n).toList(), answers);
        assertEquals(List.of(), new Gathering(4).all(List.of(), (n, _) -> Optional.of(n)));
    }

    @Test
    void severalAreReadAtOnce() {
        var barrier = new CyclicBarrier(2);
        // a single thread would wait for ever
        var answers = new Gathering(2).all(MANY, (n, _) -> {
            try {
                barrier.await(30, TimeUnit.SECONDS);
                return Optional.of(n);
            } catch (Exception e) {
                return Optional.empty();
            }
        });
        assertEquals(MANY, answers);
    }

    @Test
    void eachThreadHasATextOfItsOwn() {
        var texts =
                java.util.Collections.newSetFromMap(new java.util.concurrent.ConcurrentHashMap<FileText, Boolean>());
        new Gathering(3).all(MANY, (n, text) -> {
            texts.add(text);
            return Optional.of(n);
        });
        assertTrue(texts.size() <= 3, () -> texts.size() + " texts");
    }

    @Test
    void aFailureIsNotLost() {
        assertThrows(
                IllegalStateException.class,
                () -> new Gathering(2).all(MANY, (n, _) -> {
                    throw new UnsupportedOperationException("number " + n);
                }));
    }

    @Test
    void anInterruptEndsIt() {
        Thread.currentThread().interrupt();
        try {
            assertThrows(CancellationException.class, () -> new Gathering(2).all(MANY, (n, _) -> Optional.of(n)));
        } finally {
            assertTrue(Thread.interrupted());
        }
    }
}
