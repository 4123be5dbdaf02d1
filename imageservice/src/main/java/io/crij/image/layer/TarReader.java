package io.crij.image.layer;

import io.crij.image.layer.TarEntry.Kind;
import io.crij.image.layer.TarEntry.Piece;
import io.crij.linux.KernelString;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Reads a tar archive from front to back: ustar, GNU (long names, sparse files, binary numbers), pax (times, long
/// names, attributes, sparse files) and V7. Reads a damaged archive as a [TarException], never as something else,
/// and
/// holds at most a header of [#MOST_HEADER] bytes in memory.
///
/// Not thread-safe; the stream stays the caller's to close.
final class TarReader {
    private static final int MOST_HEADER = 1 << 20;
    private static final int MOST_PIECES = 1 << 18;

    private final InputStream in;
    private final byte[] block = new byte[TarHeader.BLOCK];
    private final PaxHeader global = new PaxHeader();
    /// Bytes of the current entry that have not been read, and of the padding after it.
    private long left;

    private int padding;

    TarReader(InputStream in) {
        this.in = in;
    }

    /// The next entry, or null after the last one. What was not read of the one before is skipped.
    @Nullable
    TarEntry next() throws IOException {
        PaxHeader pax = new PaxHeader();
        pax.addAll(global);
        Optional<String> longName = Optional.empty();
        Optional<String> longLink = Optional.empty();
        while (true) {
            skip(left + padding);
            TarHeader header = header();
            if (header == null) {
                return null;
            }
            switch (header.type()) {
                case 'x', 'X' -> pax.read(small(header, "pax header"));
                case 'g' -> {
                    global.read(small(header, "pax header"));
                    pax.addAll(global);
                }
                case 'L' -> longName = Optional.of(zeroEnded(small(header, "long name")));
                case 'K' -> longLink = Optional.of(zeroEnded(small(header, "long link name")));
                case 'V', 'N' -> begin(header.size());
                default -> {
                    return entry(header, pax, longName, longLink);
                }
            }
        }
    }

    /// Reads content of the current entry; -1 after its last byte.
    int read(byte[] target, int from, int length) throws IOException {
        if (left == 0) {
            return -1;
        }
        int got = in.read(target, from, (int) Math.min(length, left));
        if (got < 0) {
            throw new TarException("the archive ends inside a file");
        }
        left -= got;
        return got;
    }

    private TarEntry entry(TarHeader header, PaxHeader pax, Optional<String> longName, Optional<String> longLink)
            throws IOException {
        String name = pax.text("GNU.sparse.name")
                .or(() -> pax.text("path"))
                .or(() -> longName)
                .orElseGet(header::name);
        Kind kind = kind(header.type(), name);
        long size = kind == Kind.FILE ? pax.number("size", header.size()) : 0;
        boolean dumpDirectory = header.type() == 'D';
        begin(dumpDirectory ? header.size() : size);
        List<Piece> pieces = List.of();
        long realSize = size;
        if (kind == Kind.FILE && (header.type() == 'S' || pax.isSparse())) {
            realSize = header.type() == 'S'
                    ? header.number(483, 12)
                    : pax.number("GNU.sparse.realsize", pax.number("GNU.sparse.size", size));
            pieces =
                    header.type() == 'S' ? gnuPieces() : pax.hasSparseMapInContent() ? piecesInContent() : pax.pieces();
            size = left;
            check(pieces, size, realSize);
        }
        Optional<BigDecimal> time = pax.time("mtime");
        Map<String, byte[]> xattrs = pax.xattrs();
        long seconds = time.isPresent() ? seconds(time.get()) : header.mtime();
        int nanos = time.map(it -> it.subtract(new BigDecimal(it.toBigInteger()))
                        .movePointRight(9)
                        .intValue())
                .orElse(0);
        if (nanos < 0) {
            seconds--;
            nanos += 1_000_000_000;
        }
        boolean device = kind == Kind.CHAR_DEVICE || kind == Kind.BLOCK_DEVICE;
        return new TarEntry(
                name,
                kind,
                header.mode(),
                pax.number("uid", header.uid()),
                pax.number("gid", header.gid()),
                seconds,
                nanos,
                size,
                realSize,
                pax.text("linkpath").or(() -> longLink).orElseGet(header::linkName),
                device ? header.deviceMajor() : 0,
                device ? header.deviceMinor() : 0,
                xattrs,
                pieces);
    }

    private static long seconds(BigDecimal time) throws TarException {
        try {
            return time.toBigInteger().longValueExact();
        } catch (ArithmeticException e) {
            throw new TarException("a pax header has the time " + time);
        }
    }

    private static Kind kind(char type, String name) throws TarException {
        return switch (type) {
            // V7 marks a folder by its name only
            case 0, '0', '7' -> type != '7' && name.endsWith("/") ? Kind.DIRECTORY : Kind.FILE;
            case 'S' -> Kind.FILE;
            case '1' -> Kind.HARD_LINK;
            case '2' -> Kind.SYMLINK;
            case '3' -> Kind.CHAR_DEVICE;
            case '4' -> Kind.BLOCK_DEVICE;
            case '5', 'D' -> Kind.DIRECTORY;
            case '6' -> Kind.FIFO;
            default -> throw new TarException("entry \"" + name + "\" has the unknown type '" + type + "'");
        };
    }

    /// The map of an old GNU sparse entry: four pairs in the header, more in blocks after it.
    private List<Piece> gnuPieces() throws IOException {
        List<Piece> pieces = new ArrayList<>();
        readPairs(pieces, 386, 4);
        boolean more = block[482] != 0;
        while (more) {
            // these blocks come before the content and are no part of its size
            readFully(block, TarHeader.BLOCK);
            readPairs(pieces, 0, 21);
            more = block[504] != 0;
        }
        return pieces;
    }

    private void readPairs(List<Piece> pieces, int from, int count) throws TarException {
        for (int i = 0; i < count; i++) {
            int at = from + 24 * i;
            if (block[at] == 0) {
                return;
            }
            add(pieces, TarHeader.number(block, at, 12), TarHeader.number(block, at + 12, 12));
        }
    }

    /// The map of pax format 1.0: decimal lines at the start of the content, filled up to a block.
    private List<Piece> piecesInContent() throws IOException {
        long before = left;
        long count = line();
        if (count < 0 || count > MOST_PIECES) {
            throw new TarException("a sparse file has " + count + " pieces");
        }
        List<Piece> pieces = new ArrayList<>();
        for (long i = 0; i < count; i++) {
            add(pieces, line(), line());
        }
        long rest = Math.floorMod(-(before - left), (long) TarHeader.BLOCK);
        for (; rest > 0; rest--) {
            oneByte();
        }
        return pieces;
    }

    private long line() throws IOException {
        long value = 0;
        for (int digits = 0; ; digits++) {
            int b = oneByte();
            if (b == '\n' && digits > 0) {
                return value;
            }
            if (b < '0' || b > '9' || digits > 17) {
                throw new TarException("a sparse file's map is not made of numbers");
            }
            value = value * 10 + b - '0';
        }
    }

    private int oneByte() throws IOException {
        byte[] one = new byte[1];
        int got;
        do {
            got = read(one, 0, 1);
        } while (got == 0);
        if (got < 0) {
            throw new TarException("a sparse file's map is cut off");
        }
        return one[0] & 0xFF;
    }

    private static void add(List<Piece> pieces, long offset, long length) throws TarException {
        if (pieces.size() >= MOST_PIECES) {
            throw new TarException("a sparse file has too many pieces");
        }
        pieces.add(new Piece(offset, length));
    }

    private static void check(List<Piece> pieces, long size, long realSize) throws TarException {
        if (realSize < 0) {
            throw new TarException("a sparse file has a negative size");
        }
        long end = 0;
        long sum = 0;
        for (Piece piece : pieces) {
            if (piece.length() < 0 || piece.offset() < end || piece.length() > realSize - piece.offset()) {
                throw new TarException("a sparse file's pieces overlap or lie outside of it");
            }
            end = piece.offset() + piece.length();
            sum += piece.length();
        }
        if (sum != size) {
            throw new TarException("a sparse file's pieces are " + sum + " bytes, its content " + size);
        }
    }

    private @Nullable TarHeader header() throws IOException {
        int got = readUpTo(block, TarHeader.BLOCK);
        if (got == 0) {
            return null;
        }
        if (got < TarHeader.BLOCK) {
            throw new TarException("the archive ends inside a header");
        }
        TarHeader header = new TarHeader(block.clone());
        if (header.isZero()) {
            return null;
        }
        header.check();
        return header;
    }

    private void begin(long size) throws TarException {
        if (size < 0) {
            throw new TarException("an entry has a negative size");
        }
        left = size;
        padding = Math.floorMod(-size, TarHeader.BLOCK);
    }

    private byte[] small(TarHeader header, String what) throws IOException {
        long size = header.size();
        if (size < 0 || size > MOST_HEADER) {
            throw new TarException("a " + what + " of " + size + " bytes, more than " + MOST_HEADER);
        }
        begin(size);
        byte[] bytes = new byte[(int) size];
        readFully(bytes, bytes.length);
        left = 0;
        return bytes;
    }

    private static String zeroEnded(byte[] bytes) {
        int end = 0;
        while (end < bytes.length && bytes[end] != 0) {
            end++;
        }
        return KernelString.decode(Arrays.copyOf(bytes, end));
    }

    private void skip(long bytes) throws IOException {
        for (long rest = bytes; rest > 0; ) {
            long skipped = in.skip(rest);
            if (skipped <= 0) {
                if (in.read() < 0) {
                    throw new TarException("the archive ends inside a file");
                }
                skipped = 1;
            }
            rest -= skipped;
        }
        left = 0;
        padding = 0;
    }

    private void readFully(byte[] target, int length) throws IOException {
        if (readUpTo(target, length) < length) {
            throw new TarException("the archive ends inside a header");
        }
    }

    /// Fewer bytes than asked for only at the end of the archive.
    private int readUpTo(byte[] target, int length) throws IOException {
        return in.readNBytes(target, 0, length);
    }
}
