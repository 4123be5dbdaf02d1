package io.crij.monitor;

import io.crij.linux.NativeBytes;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.LongBuffer;
import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.time.ZoneOffset;

/// Turns output into lines of the CRI log format, `2026-11-24T03:35:34.123456789Z stdout F line\n`
/// (kubernetes/cri-api, "CRI logging"). A line longer than [#CHUNK] becomes pieces tagged `P` and a last one tagged
/// `F`. What comes out depends on the bytes and times only, not on how they were cut into reads.
///
/// Short lines are looked for and put together in arrays: what the compiler at hand makes of direct buffers takes four
/// times as long. The ends of long ones are found by the C library. For one thread; the arrays are its own.
final class CriLogFormat {
    /// Longest content of one record, bytes; the same as in containerd.
    static final int CHUNK = 16 << 10;

    private static final int TIME = 30;
    private static final int LONGEST_HEAD = TIME + " stdout F ".length();
    private static final int WINDOW = 8 << 10;
    private static final int TEXT = 16 << 10;
    /// Longest content of a line that is looked for and put together in arrays.
    private static final int SHORT = 512;

    private static final long NEWLINES = 0x0A0A0A0A0A0A0A0AL;
    private static final long LOW_SEVEN = 0x7F7F7F7F7F7F7F7FL;
    private static final long INDEXES = 0x0001020304050607L;

    private final byte[] full = new byte[LONGEST_HEAD];
    private final byte[] partial = new byte[LONGEST_HEAD];
    private final byte[] window = new byte[WINDOW];
    private final LongBuffer windowWords =
            ByteBuffer.wrap(window).order(ByteOrder.LITTLE_ENDIAN).asLongBuffer();
    private final long[] words = new long[WINDOW / 8];
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

    /// Formats whole lines, and the pieces of long ones, from `raw` between `from` and `to`.
    ///
    /// @return where it stopped: what follows is the beginning of a line of at most [#CHUNK] bytes, or did not fit
    int format(NativeBytes raw, int from, int to, Records out) {
        int at = from;
        // where a long line was, another may follow
        boolean longOnes = false;
        while (at < to) {
            int length = longOnes ? 0 : Math.min(to - at, WINDOW);
            raw.buffer().get(at, window, 0, length);
            int done = formatShort(length, out);
            at += done;
            if (done == 0 || length - done > SHORT) {
                int next = formatAny(raw, at, to, out);
                if (next == at) {
                    break;
                }
                longOnes = next - at > SHORT;
                at = next;
            }
        }
        return at;
    }

    /// Formats the lines at the beginning of the window that are short and whole and fit. Looks at eight bytes at a
    /// time, and at each of them once.
    ///
    /// @return how many of its first `length` bytes they are
    private int formatShort(int length, Records out) {
        int count = (length + 7) >>> 3;
        windowWords.get(0, words, 0, count);
        int at = 0;
        int room = out.room();
        int used = 0;
        for (int w = 0; w < count; w++) {
            long newlines = newlines(words[w]);
            while (newlines != 0) {
                long next = newlines & -newlines;
                newlines ^= next;
                int end = 8 * w + index(next);
                int size = head + (end - at) + 1;
                // what follows the window's content is left from before
                if (end >= length || end - at > SHORT || size > room) {
                    out.put(text, used);
                    return at;
                }
                room -= size;
                if (size > TEXT - used) {
                    out.put(text, used);
                    used = 0;
                }
                System.arraycopy(full, 0, text, used, head);
                System.arraycopy(window, at, text, used + head, end + 1 - at);
                used += size;
                at = end + 1;
            }
        }
        out.put(text, used);
        return at;
    }

    /// The highest bit of each byte that is a newline, exactly.
    static long newlines(long word) {
        long differs = word ^ NEWLINES;
        return ~(((differs & LOW_SEVEN) + LOW_SEVEN) | differs | LOW_SEVEN);
    }

    /// Which byte's highest bit it is, from the lowest one on. The compiler at hand has no instruction for that.
    static int index(long highestBit) {
        return (int) (((highestBit >>> 7) * INDEXES) >>> 56);
    }

    /// Formats one record.
    ///
    /// @return where what follows begins; `at` when it is not whole or does not fit
    private int formatAny(NativeBytes raw, int at, int to, Records out) {
        int end = raw.indexOf((byte) '\n', at, Math.min(to, at + CHUNK + 1));
        if (out.room() <= head || (end < 0 && to - at <= CHUNK)) {
            return at;
        }
        if (end < 0) {
            formatPiece(raw, at, at + CHUNK, out);
            return at + CHUNK;
        }
        out.put(full, head);
        out.refer(raw, at, end + 1 - at);
        return end + 1;
    }

    /// Formats the rest of a stream that ended without a newline.
    void formatRest(NativeBytes raw, int from, int to, Records out) {
        emit(full, raw, from, to, out);
    }

    /// Formats a piece of a line that goes on.
    void formatPiece(NativeBytes raw, int from, int to, Records out) {
        emit(partial, raw, from, to, out);
    }

    private void emit(byte[] start, NativeBytes raw, int from, int to, Records out) {
        out.put(start, head);
        out.refer(raw, from, to - from);
        out.put('\n');
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
