package io.crij.monitor;

import io.crij.linux.ErrnoException;
import io.crij.linux.Fd;
import io.crij.linux.IoVector;
import io.crij.linux.NativeBytes;
import java.nio.ByteBuffer;

/// Records of a log, put together for one write: short ones as text, of long ones only the beginning, their content
/// stays where it is. For one thread at a time.
final class Records {
    /// A record takes at most two: what came before its content, and its content.
    private static final int PIECES = 1024;

    private final NativeBytes text;
    private final ByteBuffer buffer;
    private final IoVector pieces = new IoVector(PIECES);
    private int begin;

    /// @param memory for text
    Records(ByteBuffer memory) {
        text = new NativeBytes(memory);
        buffer = memory;
    }

    void clear() {
        buffer.clear();
        pieces.clear();
        begin = 0;
    }

    /// Bytes of text that it can take.
    int room() {
        // one is for the text at the end
        return pieces.room() < 3 ? 0 : buffer.remaining();
    }

    void put(byte[] bytes, int length) {
        buffer.put(bytes, 0, length);
    }

    void put(char ascii) {
        buffer.put((byte) ascii);
    }

    /// Content that must stay there until it is written.
    void refer(NativeBytes memory, int from, int length) {
        endText();
        pieces.add(memory, from, length);
    }

    private void endText() {
        int end = buffer.position();
        if (end > begin) {
            pieces.add(text, begin, end - begin);
            begin = end;
        }
    }

    /// Bytes that are not written yet.
    int remaining() {
        return (int) pieces.remaining() + buffer.position() - begin;
    }

    /// Leaves out the next bytes.
    void skip(int bytes) {
        endText();
        pieces.skip(bytes);
    }

    /// Writes what the kernel takes in one call.
    void writeTo(Fd file) throws ErrnoException {
        endText();
        file.write(pieces);
    }
}
