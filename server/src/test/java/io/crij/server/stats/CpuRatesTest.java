package io.crij.server.stats;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class CpuRatesTest {
    private static final long SECOND = 1_000_000_000L;

    private final CpuRates rates = new CpuRates(Duration.ofSeconds(10));

    @Test
    void firstReadingHasNoRate() {
        assertEquals(OptionalLong.empty(), rates.rate("a", 0, 5));
    }

    @Test
    void halfACoreIsHalfABillion() {
        rates.rate("a", 0, 0);
        assertEquals(OptionalLong.of(SECOND / 2), rates.rate("a", 20 * SECOND, 10 * SECOND));
    }

    @Test
    void askingOftenDoesNotShortenTheInterval() {
        rates.rate("a", 0, 0);
        rates.rate("a", 10 * SECOND, 10 * SECOND);
        assertEquals(OptionalLong.of(SECOND), rates.rate("a", 11 * SECOND, 10 * SECOND));
        assertEquals(OptionalLong.of(0), rates.rate("a", 20 * SECOND, 10 * SECOND));
    }

    @Test
    void earlySecondReadingGivesARateAndTheNextAGoodOne() {
        rates.rate("a", 0, 0);
        assertEquals(OptionalLong.of(SECOND), rates.rate("a", SECOND, SECOND));
        assertEquals(OptionalLong.of(SECOND / 10), rates.rate("a", 10 * SECOND, SECOND));
    }

    @Test
    void counterThatWentBackStartsAnew() {
        rates.rate("a", 0, 100);
        assertEquals(OptionalLong.empty(), rates.rate("a", 20 * SECOND, 50));
    }

    @Test
    void goneOnesAreForgotten() {
        rates.rate("a", 0, 0);
        rates.rate("b", 0, 0);
        rates.retain(List.of("b"));
        assertEquals(OptionalLong.empty(), rates.rate("a", 20 * SECOND, 20));
        assertEquals(OptionalLong.of(1), rates.rate("b", 20 * SECOND, 20));
    }
}
