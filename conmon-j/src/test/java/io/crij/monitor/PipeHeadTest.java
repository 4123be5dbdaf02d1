package io.crij.monitor;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.crij.linux.ErrnoException;
import io.crij.linux.Pipe;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PipeHeadTest {
    private final PipeHead head = new PipeHead(64 << 10);
    private Pipe pipe;

    @BeforeEach
    void start() throws ErrnoException {
        pipe = Pipe.open();
    }

    @AfterEach
    void stop() {
        head.close();
        pipe.close();
    }

    @Test
    void whatWasLookedAtIsStillThere() throws Exception {
        pipe.writer().write("one two".getBytes(StandardCharsets.UTF_8));
        assertEquals("one two", peek(100));
        assertEquals("one", peek(3));
        assertEquals("one two", peek(100));
        assertEquals(7, pipe.reader().available());
    }

    @Test
    void whatWasDroppedIsNot() throws Exception {
        pipe.writer().write("one two".getBytes(StandardCharsets.UTF_8));
        assertEquals(4, head.drop(pipe.reader(), 4));
        assertEquals("two", peek(100));
    }

    @Test
    void anEmptyPipeHasNothingToLookAtOrDrop() throws Exception {
        assertEquals("", peek(100));
        assertEquals(0, head.drop(pipe.reader(), 1));
    }

    /// More pieces than the copy has places for.
    @Test
    void ofTooManyPiecesOnlyTheFirstAreSeen() throws Exception {
        try (Pipe packets = Pipe.open(io.crij.linux.abi.FileFlags.O_DIRECT)) {
            packets.writer().pipeCapacity(256 << 10);
            for (int i = 0; i < 40; i++) {
                packets.writer().write(new byte[] {(byte) ('a' + i % 26)});
            }
            ByteBuffer target = ByteBuffer.allocateDirect(100);
            head.peek(packets.reader(), target);
            assertEquals(16, target.position());
            assertEquals(40, packets.reader().available());
        }
    }

    private String peek(int most) throws ErrnoException {
        ByteBuffer target = ByteBuffer.allocateDirect(most);
        head.peek(pipe.reader(), target);
        byte[] bytes = new byte[target.position()];
        target.get(0, bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
