package io.crij.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class NativeBytesTest {
    private final ByteBuffer buffer =
            ByteBuffer.allocateDirect(12).put("one\ntwo\nsix\n".getBytes(StandardCharsets.UTF_8));
    private final NativeBytes bytes = new NativeBytes(buffer);

    @Test
    void findsTheFirstOneInTheRange() {
        assertEquals(3, bytes.indexOf((byte) '\n', 0, 12));
        assertEquals(3, bytes.indexOf((byte) '\n', 3, 4));
        assertEquals(7, bytes.indexOf((byte) '\n', 4, 12));
    }

    @Test
    void looksNowhereElse() {
        assertEquals(-1, bytes.indexOf((byte) '\n', 0, 3));
        assertEquals(-1, bytes.indexOf((byte) '\n', 4, 4));
        assertEquals(-1, bytes.indexOf((byte) 'z', 0, 12));
    }

    @Test
    void refusesWhatIsNotInTheBuffer() {
        assertThrows(IndexOutOfBoundsException.class, () -> bytes.indexOf((byte) 'x', 0, 13));
        assertThrows(IndexOutOfBoundsException.class, () -> bytes.indexOf((byte) 'x', -1, 3));
        assertThrows(IndexOutOfBoundsException.class, () -> bytes.indexOf((byte) 'x', 5, 3));
        assertThrows(IllegalArgumentException.class, () -> new NativeBytes(ByteBuffer.allocate(3)));
    }
}
