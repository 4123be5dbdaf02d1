package io.crij.monitor;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import org.jspecify.annotations.Nullable;

/// Cuts a stream of bytes into messages. What comes in may be anything: a length beyond the limit, a varint that does
/// not end, or an end in the middle of a message is a [FrameException]. One thread at a time.
final class FrameReader {
    private static final int USUAL_BYTES = 16 << 10;
    private static final int LONGEST_LENGTH = 5;

    private final ReadableByteChannel in;
    private final int maxBytes;
    /// Between calls in read mode: position to limit is what came in and was not handed out.
    private ByteBuffer buffer = ByteBuffer.allocate(USUAL_BYTES).flip();

    FrameReader(ReadableByteChannel in, int maxBytes) {
        this.in = in;
        this.maxBytes = maxBytes;
    }

    /// The next message, valid until the next call; null at an orderly end.
    @Nullable
    ByteBuffer next() throws IOException {
        int length = length();
        if (length < 0) {
            return null;
        }
        require(length);
        ByteBuffer frame = buffer.slice(buffer.position(), length);
        buffer.position(buffer.position() + length);
        return frame;
    }

    private int length() throws IOException {
        int value = 0;
        for (int i = 0; i < LONGEST_LENGTH; i++) {
            if (!buffer.hasRemaining() && !fill(1)) {
                if (i == 0) {
                    return -1;
                }
                throw new FrameException("the stream ended inside a message length");
            }
            byte b = buffer.get();
            value |= (b & 0x7f) << (7 * i);
            if (b >= 0) {
                return checked(value, i, b);
            }
        }
        throw new FrameException("a message length has more than " + LONGEST_LENGTH + " bytes");
    }

    private int checked(int value, int index, byte last) throws FrameException {
        boolean overflows = index == LONGEST_LENGTH - 1 && last > 0x07;
        if (overflows || value < 0 || value > maxBytes) {
            throw new FrameException(
                    "a message announced " + Integer.toUnsignedString(value) + " bytes, the limit is " + maxBytes);
        }
        return value;
    }

    private void require(int bytes) throws IOException {
        if (buffer.remaining() < bytes && !fill(bytes)) {
            throw new FrameException(
                    "the stream ended after " + buffer.remaining() + " of a message's " + bytes + " bytes");
        }
    }

    /// Reads until `bytes` are there; false when the stream ends before.
    private boolean fill(int bytes) throws IOException {
        if (bytes > buffer.capacity() || (buffer.capacity() > USUAL_BYTES && bytes <= USUAL_BYTES)) {
            // grows for one long message, and gives that memory back with the next usual one
            int capacity = Math.max(Math.max(bytes, buffer.remaining()), USUAL_BYTES);
            buffer = ByteBuffer.allocate(capacity).put(buffer);
        } else {
            buffer.compact();
        }
        try {
            while (buffer.position() < bytes) {
                if (in.read(buffer) < 0) {
                    return false;
                }
            }
            return true;
        } finally {
            buffer.flip();
        }
    }

    /// What came in is not a stream of messages.
    static final class FrameException extends EOFException {
        FrameException(String message) {
            super(message);
        }
    }
}
