package io.crij.monitor;

import io.crij.linux.ErrnoException;
import io.crij.linux.Pipe;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// What one writer thread needs to pump: memory, and a pipe to peek through. Made and closed by that thread; closing
/// gives the memory back at once.
final class WriteBuffers implements AutoCloseable {
    /// Most bytes that are taken from a pipe in one step; pipes of busy writers are made this large.
    static final int PEEK = 128 << 10;

    private static final int OUT = 256 << 10;
    private static final int PAGE = 4096;

    private final Arena arena = Arena.ofConfined();

    /// The waiting beginning of a line, then what was peeked.
    final ByteBuffer raw = allocate(CriLogFormat.CHUNK + PEEK);

    /// Lines for the log file.
    final ByteBuffer out = allocate(OUT);

    final byte[] carry = new byte[CriLogFormat.CHUNK];
    final CriLogFormat format = new CriLogFormat();
    final Pipe spool;

    WriteBuffers() throws ErrnoException {
        spool = Pipe.open();
        spool.reader().pipeCapacity(PEEK);
    }

    private ByteBuffer allocate(int bytes) {
        return arena.allocate(bytes, PAGE).asByteBuffer().order(ByteOrder.nativeOrder());
    }

    @Override
    public void close() {
        spool.close();
        arena.close();
    }
}
