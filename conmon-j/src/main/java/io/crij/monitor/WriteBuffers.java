package io.crij.monitor;

import io.crij.linux.NativeBytes;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// The memory that one writer thread pumps with. Made and closed by that thread; closing
/// gives the memory back at once.
final class WriteBuffers implements AutoCloseable {
    /// Most bytes that are taken from a pipe in one step; pipes of busy writers are made this large.
    static final int TAKE = 512 << 10;

    private static final int OUT = 832 << 10;
    private static final int PAGE = 4096;

    private final Arena arena = Arena.ofConfined();

    /// The waiting beginning of a line, then what was taken.
    final ByteBuffer raw = allocate(CriLogFormat.CHUNK + TAKE);

    /// The same, to look into.
    final NativeBytes bytes = new NativeBytes(raw);

    /// Lines for the log file.
    final Records out = new Records(allocate(OUT));

    final CriLogFormat format = new CriLogFormat();

    final PipeHead head = new PipeHead(TAKE);

    private ByteBuffer allocate(int bytes) {
        return arena.allocate(bytes, PAGE).asByteBuffer().order(ByteOrder.nativeOrder());
    }

    @Override
    public void close() {
        head.close();
        arena.close();
    }
}
