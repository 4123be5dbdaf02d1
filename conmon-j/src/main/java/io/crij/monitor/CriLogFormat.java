package io.crij.monitor;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.time.ZoneOffset;

/// Turns output into lines of the CRI log format, `2026-11-24T03:35:34.123456789Z stdout F line\n`
/// (kubernetes/cri-api, "CRI logging"). A line longer than [#CHUNK] becomes pieces tagged `P` and a last one tagged
/// `F`. What comes out depends on the bytes and times only, not on how they were cut into reads.
///
/// Lines are looked for and put together in arrays: what the compiler at hand makes of direct buffers takes four times
/// as
/// long. For one thread; the arrays are its own.
final class CriLogFormat {
    /// Longest content of one record, bytes; the same as in containerd.
    static final int CHUNK = 16 << 10;

    private static final int TIME = 30;
    private static final int LONGEST_HEAD = TIME + " stdout F ".length();
    private static final int WINDOW = 2 * CHUNK;
    private static final int TEXT = 16 << 10;
    /// A longer record is not put together first.
    private static final int SHORT = 1 << 10;

    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long NEWLINES = 0x0A0A0A0A0A0A0A0AL;
    private static final long LOW_BITS = 0x0101010101010101L;
    private static final long HIGH_BITS = 0x8080808080808080L;

    private final byte[] full = new byte[LONGEST_HEAD];
    private final byte[] partial = new byte[LONGEST_HEAD];
    private final byte[] window = new byte[WINDOW];
    private final byte[] text = new byte[TEXT];
    private int head;

    /// Sets the time and stream of the records to come.
    ///
    /// @param nanos since 1970
    void begin(long nanos, LogStream stream) {
        byte[] start = (time(nanos) + ' ' + stream.title() + " F ").getBytes(StandardCharsets.US_ASCII);
        head = start.length;
        System.arraycopy(start, 0, full, 0, head);
        System.arraycopy(start, 0, partial, 0, head);
        partial[head - 2] = 'P';
    }

    /// Formats whole lines, and the pieces of long ones, from `raw` between `from` and `to`, into `out` from its
    /// position on.
    ///
    /// @return where it stopped: what follows is the beginning of a line of at most [#CHUNK] bytes, or did not fit
    int format(ByteBuffer raw, int from, int to, ByteBuffer out) {
        int at = from;
        while (at < to) {
            int length = Math.min(to - at, WINDOW);
            raw.get(at, window, 0, length);
            int done = formatWindow(length, out);
            if (done == 0) {
                break;
            }
            at += done;
        }
        return at;
    }

    /// Returns how many of the first `length` bytes of the window are in `out`.
    private int formatWindow(int length, ByteBuffer out) {
        int at = 0;
        int room = out.remaining();
        int used = 0;
        while (at < length) {
            int end = newline(window, at, Math.min(length, at + CHUNK + 1));
            boolean whole = end >= 0;
            if (!whole) {
                if (length - at <= CHUNK) {
                    break;
                }
                end = at + CHUNK;
            }
            int size = head + (end - at) + 1;
            if (size > room) {
                break;
            }
            room -= size;
            if (size > TEXT - used || size > SHORT) {
                out.put(text, 0, used);
                used = 0;
            }
            byte[] start = whole ? full : partial;
            if (size > SHORT) {
                out.put(start, 0, head).put(window, at, end - at).put((byte) '\n');
            } else {
                System.arraycopy(start, 0, text, used, head);
                System.arraycopy(window, at, text, used + head, end - at);
                used += size;
                text[used - 1] = '\n';
            }
            at = whole ? end + 1 : end;
        }
        out.put(text, 0, used);
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

    private void emit(byte[] start, ByteBuffer raw, int from, int to, ByteBuffer out) {
        out.put(start, 0, head);
        out.put(out.position(), raw, from, to - from);
        out.position(out.position() + to - from);
        out.put((byte) '\n');
    }

    /// Index of the first newline, -1 when there is none. Looks at eight bytes at a time (Mycroft's zero-byte test).
    static int newline(byte[] bytes, int from, int to) {
        int at = from;
        for (; at + 8 <= to; at += 8) {
            long differs = (long) LONGS.get(bytes, at) ^ NEWLINES;
            long found = (differs - LOW_BITS) & ~differs & HIGH_BITS;
            if (found != 0) {
                return at + (Long.numberOfTrailingZeros(found) >>> 3);
            }
        }
        for (; at < to; at++) {
            if (bytes[at] == '\n') {
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
