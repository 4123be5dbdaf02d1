package io.crij.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class IoVectorTest {
    private final NativeBytes memory =
            new NativeBytes(ByteBuffer.allocateDirect(11).put("hello world".getBytes(StandardCharsets.UTF_8)));
    private final IoVector vector = new IoVector(4);

    @Test
    void piecesAreWrittenInTheirOrder() throws Exception {
        vector.add(memory, 6, 5);
        vector.add(memory, 5, 1);
        vector.add(memory, 0, 5);
        assertEquals(11, vector.remaining());
        assertEquals("world hello", written());
        assertEquals(0, vector.remaining());
    }

    @Test
    void whatIsLeftOutIsNotWritten() throws Exception {
        vector.add(memory, 0, 6);
        vector.add(memory, 6, 5);
        vector.skip(8);
        assertEquals("rld", written());
    }

    @Test
    void aPieceThatIsLeftOutWholeIsNotWritten() throws Exception {
        vector.add(memory, 0, 6);
        vector.add(memory, 6, 5);
        vector.skip(6);
        assertEquals("world", written());
    }

    /// A pipe has less room than there are bytes.
    @Test
    void whatOneCallDoesNotTakeIsTakenByTheNext() throws Exception {
        NativeBytes many = new NativeBytes(ByteBuffer.allocateDirect(5000));
        try (Pipe pipe = Pipe.open()) {
            pipe.writer().pipeCapacity(4096);
            pipe.writer().nonBlocking(true);
            vector.add(many, 0, 5000);
            pipe.writer().write(vector);
            assertEquals(5000 - 4096, vector.remaining());
            byte[] target = new byte[4096];
            assertEquals(4096, pipe.reader().read(target));
            pipe.writer().write(vector);
            assertEquals(0, vector.remaining());
            assertEquals(5000 - 4096, pipe.reader().available());
        }
    }

    @Test
    void itSaysHowManyPiecesItCanTake() {
        assertEquals(4, vector.room());
        vector.add(memory, 0, 1);
        assertEquals(3, vector.room());
        vector.clear();
        assertEquals(4, vector.room());
        assertEquals(0, vector.remaining());
    }

    @Test
    void refusesMemoryThatIsNotThere() {
        assertThrows(IndexOutOfBoundsException.class, () -> vector.add(memory, 6, 6));
        assertThrows(IllegalArgumentException.class, () -> vector.skip(1));
    }

    private String written() throws ErrnoException {
        try (Fd file = Memfd.create("vector")) {
            file.write(vector);
            byte[] bytes = new byte[100];
            return new String(bytes, 0, file.pread(bytes, 0, 100, 0), StandardCharsets.UTF_8);
        }
    }
}
