package io.crij.linux;

import io.crij.linux.abi.Syscall;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// Pieces of native memory that are written in one call, in their order (writev(2)). They are not copied: until they
/// are written they must stay as they are. For one thread at a time.
public final class IoVector {
    /// Most pieces that the kernel takes in one call (`IOV_MAX`).
    public static final int MOST = 1024;

    private static final int SIZE = 16;
    private static final int LENGTH = 8;

    private final ByteBuffer pieces;
    private final long address;
    private int first;
    private int end;
    private long remaining;

    /// @param most pieces, at most [#MOST]
    public IoVector(int most) {
        pieces = ByteBuffer.allocateDirect(SIZE * Math.min(most, MOST)).order(ByteOrder.nativeOrder());
        address = Kernel.address(pieces);
    }

    public void clear() {
        first = 0;
        end = 0;
        remaining = 0;
    }

    /// How many pieces more it can take.
    public int room() {
        return (pieces.capacity() - end) / SIZE;
    }

    public void add(NativeBytes memory, int from, int length) {
        pieces.putLong(end, memory.addressOf(from, length));
        pieces.putLong(end + LENGTH, length);
        end += SIZE;
        remaining += length;
    }

    /// Bytes that are still to be written.
    public long remaining() {
        return remaining;
    }

    /// Leaves out the next bytes.
    public void skip(long bytes) {
        if (bytes < 0 || bytes > remaining) {
            throw new IllegalArgumentException(bytes + " of " + remaining + " bytes");
        }
        long left = bytes;
        remaining -= bytes;
        while (left > 0) {
            long length = pieces.getLong(first + LENGTH);
            if (left < length) {
                pieces.putLong(first, pieces.getLong(first) + left);
                pieces.putLong(first + LENGTH, length - left);
                return;
            }
            left -= length;
            first += SIZE;
        }
    }

    /// Writes what the kernel takes in one call.
    void writeTo(Fd fd) throws ErrnoException {
        long put = Kernel.retryOn(Syscall.WRITEV, fd, address + first, (end - first) / SIZE, 0, 0);
        if (put == remaining) {
            first = end;
            remaining = 0;
        } else {
            skip(put);
        }
    }
}
