package io.crij.ttrpc;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Frames over two byte streams: 4 bytes of length, 4 of stream id (both big-endian), 1 of type, 1 of flags, then the
/// content. One thread reads; any may write, a frame at a time.
final class FrameStream implements AutoCloseable {
    /// Bytes that a frame may carry.
    static final int LARGEST = 4 << 20;

    static final byte REQUEST = 1;
    static final byte RESPONSE = 2;
    static final byte DATA = 3;
    private static final int HEADER = 10;
    /// As the writer of the reference implementation fills its buffer. Its reader over a multiplexed connection takes
    /// a piece whole or not at all, with room for what this writer would have sent.
    private static final int FIRST_PIECE = 4096;

    private final DataInputStream in;
    private final OutputStream out;
    private final ReentrantLock writing = new ReentrantLock();

    record Frame(int stream, byte type, byte flags, byte[] content) {}

    FrameStream(InputStream in, OutputStream out) {
        this.in = new DataInputStream(in);
        this.out = out;
    }

    /// The next frame; null when the other end has closed between two frames.
    ///
    /// @throws IOException also for a frame that is larger than allowed or of no known type: nothing follows it
    @Nullable
    Frame read() throws IOException {
        int first = in.read();
        if (first < 0) {
            return null;
        }
        int length = first << 24 | in.readUnsignedByte() << 16 | in.readUnsignedShort();
        int stream = in.readInt();
        byte type = in.readByte();
        byte flags = in.readByte();
        if (length < 0 || length > LARGEST) {
            throw new IOException("a frame of " + Integer.toUnsignedLong(length) + " bytes came; at most " + LARGEST
                    + " are allowed");
        }
        if (type != REQUEST && type != RESPONSE && type != DATA) {
            throw new IOException("a frame of type " + type + " came; there are types 1 to 3");
        }
        byte[] content = in.readNBytes(length);
        if (content.length < length) {
            throw new EOFException("the connection was closed in the middle of a frame");
        }
        return new Frame(stream, type, flags, content);
    }

    void write(int stream, byte type, byte flags, byte[] content) throws IOException {
        int first = Math.min(content.length, FIRST_PIECE - HEADER);
        var head = ByteBuffer.allocate(HEADER + first)
                .putInt(content.length)
                .putInt(stream)
                .put(type)
                .put(flags)
                .put(content, 0, first);
        writing.lock();
        try {
            out.write(head.array());
            if (first < content.length) {
                out.write(content, first, content.length - first);
            }
            out.flush();
        } finally {
            writing.unlock();
        }
    }

    @Override
    public void close() {
        // the output first: closing the input waits for nobody then
        for (AutoCloseable end : new AutoCloseable[] {out, in}) {
            try {
                end.close();
            } catch (Exception _) {
                // what was under way fails by itself
            }
        }
    }
}
