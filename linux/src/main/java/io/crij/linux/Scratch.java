package io.crij.linux;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;

/// Native memory for the arguments of one call. Taken from a small pool, not from a thread-local: there may be a
/// million virtual threads. The memory is not cleared; what is reserved must be written. For one thread at a time.
final class Scratch implements AutoCloseable {
    private static final int SIZE = 32 * 1024;

    /// Bytes that can be had in one piece from the pool with some room beside it.
    static final int MOST = SIZE - 1024;

    private static final int SLOTS = 16;
    private static final AtomicReferenceArray<Scratch> POOL = new AtomicReferenceArray<>(SLOTS);

    private final ByteBuffer buffer;
    private final long address;
    private int top;

    private Scratch(int size) {
        buffer = ByteBuffer.allocateDirect(size).order(ByteOrder.nativeOrder());
        address = Kernel.address(buffer);
    }

    static Scratch take() {
        for (int i = 0; i < SLOTS; i++) {
            Scratch pooled = POOL.getPlain(i) == null ? null : POOL.getAndSet(i, null);
            if (pooled != null) {
                return pooled;
            }
        }
        return new Scratch(SIZE);
    }

    /// For more than the pooled size.
    static Scratch take(int minimum) {
        return minimum <= MOST ? take() : new Scratch(minimum + 1024);
    }

    /// Reserves memory, aligned to 8 bytes, and returns its address.
    long reserve(int bytes) {
        int start = (top + 7) & ~7;
        if (bytes < 0 || start + bytes > buffer.capacity()) {
            throw new IllegalArgumentException("needs " + bytes + " bytes of native memory, "
                    + (buffer.capacity() - start) + " are left: the strings given to one call are too long");
        }
        top = start + bytes;
        return address + start;
    }

    /// As [#reserve], filled with zeros.
    long zeroed(int bytes) {
        long at = reserve(bytes);
        int start = offset(at);
        for (int i = 0; i < bytes; i += 8) {
            if (i + 8 <= bytes) {
                buffer.putLong(start + i, 0);
            } else {
                for (int j = i; j < bytes; j++) {
                    buffer.put(start + j, (byte) 0);
                }
            }
        }
        return at;
    }

    /// Writes a string with a final zero byte. A string that has one inside is refused as the kernel refuses a bad
    /// name: cut off at it, another file would be meant.
    long string(String text) throws ErrnoException {
        byte[] bytes = KernelString.encode(text);
        for (byte b : bytes) {
            if (b == 0) {
                throw new ErrnoException("path", Errno.EINVAL, text.replace("\0", "\\0"));
            }
        }
        long at = reserve(bytes.length + 1);
        buffer.put(offset(at), bytes);
        buffer.put(offset(at) + bytes.length, (byte) 0);
        return at;
    }

    /// An array of pointers to strings, ended by a null pointer: `argv`.
    long strings(List<String> texts) throws ErrnoException {
        long array = reserve(8 * (texts.size() + 1));
        for (int i = 0; i < texts.size(); i++) {
            putLong(array + 8L * i, string(texts.get(i)));
        }
        putLong(array + 8L * texts.size(), 0);
        return array;
    }

    long bytes(byte[] source, int from, int length) {
        long at = reserve(length);
        copyIn(at, source, from, length);
        return at;
    }

    void copyIn(long at, byte[] source, int from, int length) {
        buffer.put(offset(at), source, from, length);
    }

    void copyOut(long at, byte[] target, int from, int length) {
        buffer.get(offset(at), target, from, length);
    }

    byte[] copyOut(long at, int length) {
        byte[] target = new byte[length];
        copyOut(at, target, 0, length);
        return target;
    }

    /// The string at an address, up to its zero byte.
    String stringAt(long at, int limit) {
        byte[] bytes = copyOut(at, limit);
        int end = 0;
        while (end < limit && bytes[end] != 0) {
            end++;
        }
        return KernelString.decode(Arrays.copyOf(bytes, end));
    }

    void putByte(long at, byte value) {
        buffer.put(offset(at), value);
    }

    void putShort(long at, short value) {
        buffer.putShort(offset(at), value);
    }

    void putInt(long at, int value) {
        buffer.putInt(offset(at), value);
    }

    void putLong(long at, long value) {
        buffer.putLong(offset(at), value);
    }

    byte byteAt(long at) {
        return buffer.get(offset(at));
    }

    short shortAt(long at) {
        return buffer.getShort(offset(at));
    }

    int intAt(long at) {
        return buffer.getInt(offset(at));
    }

    long longAt(long at) {
        return buffer.getLong(offset(at));
    }

    private int offset(long at) {
        return Math.toIntExact(at - address);
    }

    @Override
    public void close() {
        top = 0;
        if (buffer.capacity() != SIZE) {
            return;
        }
        for (int i = 0; i < SLOTS; i++) {
            if (POOL.getPlain(i) == null && POOL.compareAndSet(i, null, this)) {
                return;
            }
        }
    }
}
