package io.crij.monitor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.crij.monitor.proto.Create;
import io.crij.monitor.proto.Request;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class FrameReaderTest {
    private static final int MAX = 100_000;

    @Property(tries = 200)
    void everyMessageComesOutHoweverItIsCut(
            @ForAll @Size(max = 10) List<@Size(max = 50_000) byte[]> specs,
            @ForAll @IntRange(min = 1, max = 70_000) int step)
            throws IOException {
        ByteArrayOutputStream wire = new ByteArrayOutputStream();
        for (byte[] spec : specs) {
            wire.writeBytes(Frames.encode(message(spec)).array());
        }
        FrameReader frames = new FrameReader(new Trickle(wire.toByteArray(), step), MAX);
        for (byte[] spec : specs) {
            Request read = Request.parseFrom(frames.next());
            assertArrayEquals(spec, read.getCreate().getSpec().toByteArray());
        }
        assertNull(frames.next());
    }

    /// Whatever comes in: messages, then an orderly end or an error; no other exception, no endless loop, no large
    /// memory.
    @Property(tries = 1000)
    void garbageEndsTheStream(@ForAll @Size(max = 2000) byte[] garbage, @ForAll @IntRange(min = 1, max = 64) int step) {
        FrameReader frames = new FrameReader(new Trickle(garbage, step), MAX);
        int bytes = 0;
        try {
            for (ByteBuffer frame = frames.next(); frame != null; frame = frames.next()) {
                bytes += frame.remaining() + 1;
            }
        } catch (IOException e) {
            assertTrue(e instanceof FrameReader.FrameException, e.toString());
        }
        assertTrue(bytes <= garbage.length);
    }

    @Test
    void aLengthBeyondTheLimitIsRefused() {
        byte[] wire = {(byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff, 0x07};
        IOException e = assertThrows(IOException.class, () -> new FrameReader(new Trickle(wire, 5), MAX).next());
        assertEquals("a message announced 2147483647 bytes, the limit is 100000", e.getMessage());
    }

    @Test
    void aLengthThatDoesNotEndIsRefused() {
        byte[] wire = {-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 1};
        assertThrows(FrameReader.FrameException.class, () -> new FrameReader(new Trickle(wire, 1), MAX).next());
    }

    @Test
    void anEndInsideAMessageIsAnError() {
        byte[] wire = {5, 1, 2};
        assertThrows(FrameReader.FrameException.class, () -> new FrameReader(new Trickle(wire, 1), MAX).next());
    }

    private static Request message(byte[] spec) {
        return Request.newBuilder()
                .setCreate(Create.newBuilder().setSpec(ByteString.copyFrom(spec)))
                .build();
    }

    /// Gives at most so many bytes at once.
    private static final class Trickle implements ReadableByteChannel {
        private final ByteBuffer bytes;
        private final int step;

        Trickle(byte[] bytes, int step) {
            this.bytes = ByteBuffer.wrap(bytes);
            this.step = step;
        }

        @Override
        public int read(ByteBuffer target) {
            if (!bytes.hasRemaining()) {
                return -1;
            }
            int count = Math.min(step, Math.min(bytes.remaining(), target.remaining()));
            target.put(bytes.slice(bytes.position(), count));
            bytes.position(bytes.position() + count);
            return count;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {}
    }
}
