package io.crij.image.layer;

import io.crij.linux.KernelString;
import java.util.Arrays;

/// One 512-byte header block: the ustar, GNU, star and V7 forms (POSIX.1-2017 pax, "ustar Interchange Format"; GNU
/// tar
/// manual, "Basic Tar Format").
final class TarHeader {
    static final int BLOCK = 512;

    private final byte[] block;

    TarHeader(byte[] block) {
        this.block = block;
    }

    boolean isZero() {
        for (byte b : block) {
            if (b != 0) {
                return false;
            }
        }
        return true;
    }

    /// The sum over the block with its own field as blanks; some old writers added signed bytes.
    void check() throws TarException {
        int unsigned = 0;
        int signed = 0;
        for (int i = 0; i < BLOCK; i++) {
            byte b = i >= 148 && i < 156 ? (byte) ' ' : block[i];
            unsigned += b & 0xFF;
            signed += b;
        }
        long stored = number(148, 8);
        if (stored != unsigned && stored != signed) {
            throw new TarException("a tar header has a wrong checksum");
        }
    }

    char type() {
        return (char) (block[156] & 0xFF);
    }

    String name() {
        String name = text(0, 100);
        int prefixLength =
                !hasMagic("ustar\0") ? 0 : Arrays.equals(bytes(508, 4), new byte[] {'t', 'a', 'r', 0}) ? 131 : 155;
        String prefix = prefixLength == 0 ? "" : text(345, prefixLength);
        return prefix.isEmpty() ? name : prefix + "/" + name;
    }

    String linkName() {
        return text(157, 100);
    }

    int mode() throws TarException {
        return (int) number(100, 8) & 07777;
    }

    long uid() throws TarException {
        return number(108, 8);
    }

    long gid() throws TarException {
        return number(116, 8);
    }

    long size() throws TarException {
        return number(124, 12);
    }

    long mtime() throws TarException {
        return number(136, 12);
    }

    int deviceMajor() throws TarException {
        return hasMagic("ustar") ? (int) number(329, 8) : 0;
    }

    int deviceMinor() throws TarException {
        return hasMagic("ustar") ? (int) number(337, 8) : 0;
    }

    private boolean hasMagic(String magic) {
        for (int i = 0; i < magic.length(); i++) {
            if (block[257 + i] != magic.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private byte[] bytes(int from, int length) {
        return Arrays.copyOfRange(block, from, from + length);
    }

    private String text(int from, int length) {
        int end = from;
        while (end < from + length && block[end] != 0) {
            end++;
        }
        return KernelString.decode(Arrays.copyOfRange(block, from, end));
    }

    /// Octal digits with blanks around them, or, with the first bit set, a big-endian two's complement number
    /// (GNU).
    long number(int from, int length) throws TarException {
        return number(block, from, length);
    }

    static long number(byte[] block, int from, int length) throws TarException {
        return (block[from] & 0x80) != 0 ? binary(block, from, length) : octal(block, from, length);
    }

    private static long binary(byte[] block, int from, int length) throws TarException {
        boolean negative = (block[from] & 0x40) != 0;
        long value = negative ? -1 : 0;
        for (int i = 0; i < length; i++) {
            int b = i == 0 ? (block[from] & 0x7F) | (negative ? 0x80 : 0) : block[from + i] & 0xFF;
            if (value != (negative ? -1 : 0) && (value << 8) >> 8 != value) {
                throw new TarException("a number in a tar header is too large");
            }
            value = value << 8 | b;
        }
        return value;
    }

    private static long octal(byte[] block, int from, int length) throws TarException {
        int at = from;
        int end = from + length;
        while (at < end && (block[at] == ' ' || block[at] == 0)) {
            at++;
        }
        while (end > at && (block[end - 1] == ' ' || block[end - 1] == 0)) {
            end--;
        }
        long value = 0;
        for (; at < end; at++) {
            int digit = block[at] - '0';
            if (digit < 0 || digit > 7) {
                throw new TarException("a number in a tar header is not octal");
            }
            value = value << 3 | digit;
        }
        return value;
    }
}
