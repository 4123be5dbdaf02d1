package io.crij.monitor;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.time.ZoneOffset;

/// Turns output into lines of the CRI log format, `2026-11-24T03:35:34.123456789Z stdout F line\n`
/// (kubernetes/cri-api, "CRI logging"). A line longer than [#CHUNK] becomes pieces tagged `P` and a last one tagged
/// `F`. What comes out depends on the bytes and times only, not on how they were cut into reads.
///
/// For one thread; the memory for the head of a line is its own.
final class CriLogFormat {
    /// Longest content of one record, bytes; the same as in containerd.
    static final int CHUNK = 16 << 10;

    private static final int TIME = 30;
    private static final int LONGEST_HEAD = TIME + " stdout F ".length();
    private static final long NEWLINES = 0x0A0A0A0A0A0A0A0AL;
    private static final long LOW_BITS = 0x0101010101010101L;
    private static final long HIGH_BITS = 0x8080808080808080L;

    private final ByteBuffer full = ByteBuffer.allocateDirect(LONGEST_HEAD);
    private final ByteBuffer partial = ByteBuffer.allocateDirect(LONGEST_HEAD);
    private int head;

    /// Sets the time and stream of the records to come.
    ///
    /// @param nanos since 1970
    void begin(long nanos, LogStream stream) {
        byte[] text = (time(nanos) + ' ' + stream.title() + " F ").getBytes(StandardCharsets.US_ASCII);
        head = text.length;
        full.put(0, text);
        text[head - 2] = 'P';
        partial.put(0, text);
    }

    /// Formats whole lines, and the pieces of long ones, from `raw` between `from` and `to`, into `out` from its
    /// position on.
    ///
    /// @param raw in native byte order
    /// @return where it stopped: what follows is the beginning of a line of at most [#CHUNK] bytes, or did not fit
    int format(ByteBuffer raw, int from, int to, ByteBuffer out) {
        int at = from;
        while (at < to) {
            int end = newline(raw, at, Math.min(to, at + CHUNK + 1));
            boolean whole = end >= 0;
            if (!whole) {
                if (to - at <= CHUNK) {
                    return at;
                }
                end = at + CHUNK;
            }
            if (out.remaining() < head + (end - at) + 1) {
                return at;
            }
            emit(whole ? full : partial, raw, at, end, out);
            at = whole ? end + 1 : end;
        }
        return at;
    }

    /// Formats the rest of a stream that ended without a newline.
    void formatRest(ByteBuffer raw, int from, int to, ByteBuffer out) {
        emit(full, raw, from, to, out);
    }

    /// Formats a piece of a line that goes on.
    void formatPiece(ByteBuffer raw, int from, int to, ByteBuffer out) {
        emit(partial, raw, from, to, out);
    }

    private void emit(ByteBuffer start, ByteBuffer raw, int from, int to, ByteBuffer out) {
        int at = out.position();
        int length = to - from;
        out.put(at, start, 0, head);
        out.put(at + head, raw, from, length);
        out.put(at + head + length, (byte) '\n');
        out.position(at + head + length + 1);
    }

    /// Index of the first newline, -1 when there is none. Looks at eight bytes at a time (Mycroft's zero-byte test).
    static int newline(ByteBuffer raw, int from, int to) {
        int at = from;
        boolean little = raw.order() == ByteOrder.LITTLE_ENDIAN;
        for (; little && at + 8 <= to; at += 8) {
            long differs = raw.getLong(at) ^ NEWLINES;
            long found = (differs - LOW_BITS) & ~differs & HIGH_BITS;
            if (found != 0) {
                return at + (Long.numberOfTrailingZeros(found) >>> 3);
            }
        }
        for (; at < to; at++) {
            if (raw.get(at) == '\n') {
                return at;
            }
        }
        return -1;
    }

    /// RFC 3339 in UTC, always with nine digits of the second.
    static String time(long nanos) {
        long second = Math.floorDiv(nanos, 1_000_000_000L);
        int fraction = Math.floorMod(nanos, 1_000_000_000);
        LocalDateTime t = LocalDateTime.ofEpochSecond(second, 0, ZoneOffset.UTC);
        char[] text = new char[TIME];
        digits(text, 0, 4, t.getYear());
        text[4] = '-';
        digits(text, 5, 2, t.getMonthValue());
        text[7] = '-';
        digits(text, 8, 2, t.getDayOfMonth());
        text[10] = 'T';
        digits(text, 11, 2, t.getHour());
        text[13] = ':';
        digits(text, 14, 2, t.getMinute());
        text[16] = ':';
        digits(text, 17, 2, t.getSecond());
        text[19] = '.';
        digits(text, 20, 9, fraction);
        text[29] = 'Z';
        return new String(text);
    }

    private static void digits(char[] text, int at, int count, int value) {
        int rest = value;
        for (int i = at + count - 1; i >= at; i--) {
            text[i] = (char) ('0' + rest % 10);
            rest /= 10;
        }
    }
}
