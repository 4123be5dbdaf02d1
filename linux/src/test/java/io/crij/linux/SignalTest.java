package io.crij.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SignalTest {
    @ParameterizedTest
    @CsvSource({
        "SIGTERM,15",
        "term,15",
        "9,9",
        "SIGKILL,9",
        "SIGRTMIN,34",
        "SIGRTMIN+3,37",
        "RTMIN+3,37",
        "SIGRTMINPLUS3,37",
        "SIGRTMAX,64",
        "SIGRTMAX-14,50",
        "SIGRTMAXMINUS14,50",
        "SIGCLD,17",
        "SIGPOLL,29",
        "SIGSYS,31",
        "64,64"
    })
    void readsTheWaysASignalIsWritten(String text, int number) {
        assertEquals(Optional.of(new Signal(number)), Signal.parse(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "SIG", "SIGFOO", "0", "65", "-9", "RTMIN-1", "RTMAX+1", "RTMIN+31", "RTMAX-31", "9x"})
    void refusesWhatIsNone(String text) {
        assertTrue(Signal.parse(text).isEmpty());
    }

    @Test
    void namesComeBack() {
        for (int number = 1; number <= 64; number++) {
            Signal signal = new Signal(number);
            if (number < 32 || number >= 34) {
                assertEquals(Optional.of(signal), Signal.parse(signal.name()));
            }
        }
        assertThrows(IllegalArgumentException.class, () -> new Signal(0));
    }
}
