package io.crij.linux;

import java.nio.ByteBuffer;

/// The memory of a direct buffer, which stays the owner's to free. Searched with the C library, many bytes at a
/// time: a call costs as much as looking at some hundred bytes here.
public final class NativeBytes {
    private final ByteBuffer buffer;
    private final long address;

    /// @param direct all of it, wherever its position and limit are
    public NativeBytes(ByteBuffer direct) {
        if (!direct.isDirect()) {
            throw new IllegalArgumentException("needs a direct buffer");
        }
        buffer = direct;
        address = Kernel.address(direct) - direct.position();
    }

    public ByteBuffer buffer() {
        return buffer;
    }

    /// Index of the first `value` between `from` and `to`, -1 when there is none.
    public int indexOf(byte value, int from, int to) {
        long start = addressOf(from, to - from);
        long found = LibC.memchr(start, value, to - from);
        return found == 0 ? -1 : (int) (found - address);
    }

    long addressOf(int from, int length) {
        if (from < 0 || length < 0 || from > buffer.capacity() - length) {
            throw new IndexOutOfBoundsException(
                    length + " bytes from " + from + " on are not all in a buffer of " + buffer.capacity());
        }
        return address + from;
    }
}
