package io.crij.linux.dbus;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Writes values in the form they travel in (D-Bus specification, "Marshaling"): little-endian, each at a multiple of
/// its own size. Not thread-safe.
public final class Marshal {
    private byte[] bytes = new byte[512];
    private int size;

    /// An array whose length is not known yet.
    record Open(int length, int begin) {}

    byte[] bytes() {
        return Arrays.copyOf(bytes, size);
    }

    public Marshal u8(int value) {
        room(1);
        bytes[size++] = (byte) value;
        return this;
    }

    public Marshal u32(int value) {
        align(4);
        room(4);
        at(size).putInt(value);
        size += 4;
        return this;
    }

    public Marshal u64(long value) {
        align(8);
        room(8);
        at(size).putLong(value);
        size += 8;
        return this;
    }

    public Marshal bool(boolean value) {
        return u32(value ? 1 : 0);
    }

    /// A string, or the path of an object.
    ///
    /// @throws IllegalArgumentException when it has a NUL, which no string of D-Bus has
    public Marshal text(String value) {
        byte[] utf8 = checked(value);
        return u32(utf8.length).raw(utf8).u8(0);
    }

    Marshal signature(String value) {
        byte[] ascii = checked(value);
        return u8(ascii.length).raw(ascii).u8(0);
    }

    /// @param alignment of an element
    Open array(int alignment) {
        u32(0);
        int length = size - 4;
        align(alignment);
        return new Open(length, size);
    }

    void close(Open array) {
        at(array.length()).putInt(size - array.begin());
    }

    /// Every structure begins at a multiple of eight.
    Marshal struct() {
        align(8);
        return this;
    }

    /// A variant: the type, then the value.
    public Marshal variant(Value value) {
        signature(value.signature());
        switch (value) {
            case Value.Text(String text) -> text(text);
            case Value.Flag(boolean flag) -> bool(flag);
            case Value.Number(long number) -> u64(number);
            case Value.Numbers(var numbers) -> {
                Open array = array(4);
                numbers.forEach(this::u32);
                close(array);
            }
            case Value.Bytes(var list) -> {
                Open array = array(1);
                list.forEach(this::u8);
                close(array);
            }
        }
        return this;
    }

    /// `a(sv)`: named values.
    public Marshal properties(Iterable<Property> properties) {
        Open array = array(8);
        for (Property property : properties) {
            struct().text(property.name()).variant(property.value());
        }
        close(array);
        return this;
    }

    /// `a(sa(sv))` without an element.
    public Marshal noUnits() {
        close(array(8));
        return this;
    }

    void align(int alignment) {
        int aligned = (size + alignment - 1) & -alignment;
        room(aligned - size);
        size = aligned;
    }

    Marshal raw(byte[] value) {
        room(value.length);
        System.arraycopy(value, 0, bytes, size, value.length);
        size += value.length;
        return this;
    }

    private static byte[] checked(String value) {
        if (value.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("a string with a NUL cannot go over D-Bus: " + value.replace('\0', '?'));
        }
        return value.getBytes(StandardCharsets.UTF_8);
    }

    private ByteBuffer at(int position) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).position(position);
    }

    /// New room is zero, as padding must be.
    private void room(int more) {
        if (size + more > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, size + more));
        }
    }
}
