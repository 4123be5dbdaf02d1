package io.crij.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class InterfaceStatsTest {
    @Test
    void readsTheCounters() {
        String text = """
            Inter-|   Receive                                                |  Transmit
             face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
                lo:     100       2    0    0    0     0          0         0      101       3    0    0    0     0       0          0
              eth0:18446744073709551615  5    6    7    8     9         10        11       12      13   14   15   16    17      18         19
            """;
        assertEquals(
                List.of(
                        new InterfaceStats("lo", 100, 2, 0, 0, 101, 3, 0, 0),
                        new InterfaceStats("eth0", -1L, 5, 6, 7, 12, 13, 14, 15)),
                parse(text));
    }

    @Test
    void namesMayHaveColonsAndCountersMayTouchThem() {
        String text = "a|b\nc|d\n  eth0:1:5 1 2 3 0 0 0 0 7 8 9 10 0 0 0 0\n";
        assertEquals(List.of(new InterfaceStats("eth0:1", 5, 1, 2, 3, 7, 8, 9, 10)), parse(text));
    }

    private static List<InterfaceStats> parse(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        return InterfaceStats.parse(bytes, bytes.length);
    }

    @Test
    void thisProcessHasALoopback() throws Exception {
        assertTrue(InterfaceStats.of(Self.pid()).stream()
                .anyMatch(stats -> stats.name().equals("lo")));
    }
}
