package io.crij.server.stats;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class CpuRatesTest {
    private static final long SECOND = 1_000_000_000L;
    private static final OptionalLong LONG_AGO = OptionalLong.of(-1000 * SECOND);

    private final CpuRates rates = new CpuRates(Duration.ofSeconds(10));

    @Test
    void nothingIsKnownOfAnOldCgroupThatWasNeverRead() {
        assertEquals(OptionalLong.empty(), rates.rate("a", 0, 5, OptionalLong.empty()));
    }

    @Test
    void aYoungContainerIsMeasuredFromItsBeginning() {
        assertEquals(OptionalLong.of(SECOND / 2), rates.rate("a", 3 * SECOND, SECOND, OptionalLong.of(SECOND)));
    }

    @Test
    void halfACoreIsHalfABillion() {
        rates.sample("a", 0, 0);
        rates.sample("a", 10 * SECOND, SECOND);
        assertEquals(OptionalLong.of(SECOND / 2), rates.rate("a", 20 * SECOND, 10 * SECOND, LONG_AGO));
    }

    @Test
    void howOftenIsAskedDoesNotMatter() {
        rates.sample("a", 0, 0);
        rates.sample("a", 10 * SECOND, 10 * SECOND);
        for (int i = 0; i < 5; i++) {
            assertEquals(OptionalLong.of(SECOND), rates.rate("a", 11 * SECOND, 11 * SECOND, LONG_AGO));
        }
    }

    @Test
    void anOldContainerIsMeasuredFromTheFirstReadingAfterARestart() {
        rates.sample("a", 0, 50 * SECOND);
        assertEquals(OptionalLong.of(SECOND), rates.rate("a", 2 * SECOND, 52 * SECOND, LONG_AGO));
    }

    @Test
    void tooShortATimeSaysNothing() {
        rates.sample("a", 0, 0);
        assertEquals(OptionalLong.empty(), rates.rate("a", 1000, 900, LONG_AGO));
    }

    @Test
    void counterThatWentBackStartsAnew() {
        rates.sample("a", 0, 100);
        rates.sample("a", 10 * SECOND, 50);
        assertEquals(OptionalLong.of(1), rates.rate("a", 20 * SECOND, 60, LONG_AGO));
        assertEquals(OptionalLong.empty(), rates.rate("a", 20 * SECOND, 40, LONG_AGO));
    }

    @Test
    void goneOnesAreForgotten() {
        rates.sample("a", 0, 0);
        rates.sample("b", 0, 0);
        rates.retain(List.of("b"));
        assertEquals(OptionalLong.empty(), rates.rate("a", 20 * SECOND, 20, OptionalLong.empty()));
        assertEquals(OptionalLong.of(1), rates.rate("b", 20 * SECOND, 20, OptionalLong.empty()));
    }
}
