package io.crij.linux;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TeeTest {
    @Test
    void leavesTheBytesInThePipe() throws Exception {
        try (Pipe source = Pipe.open();
                Pipe copy = Pipe.open()) {
            byte[] text = "hello".getBytes(StandardCharsets.UTF_8);
            source.writer().write(text);
            assertEquals(Optional.of(5), source.reader().tryTee(copy.writer(), 4096));
            byte[] peeked = new byte[5];
            byte[] consumed = new byte[5];
            assertEquals(5, copy.reader().read(peeked));
            assertEquals(5, source.reader().read(consumed));
            assertArrayEquals(text, peeked);
            assertArrayEquals(text, consumed);
        }
    }

    @Test
    void tellsNothingYetFromTheEnd() throws Exception {
        try (Pipe source = Pipe.open();
                Pipe copy = Pipe.open()) {
            assertEquals(Optional.empty(), source.reader().tryTee(copy.writer(), 4096));
            source.writer().close();
            assertEquals(Optional.of(0), source.reader().tryTee(copy.writer(), 4096));
        }
    }
}
