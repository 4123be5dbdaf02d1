package io.crij.linux;

import static io.crij.linux.abi.FileFlags.O_RDONLY;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Counters of a network interface since it was made.
public record InterfaceStats(
        String name,
        long receivedBytes,
        long receivedPackets,
        long receiveErrors,
        long receiveDrops,
        long sentBytes,
        long sentPackets,
        long sendErrors,
        long sendDrops) {

    /// `RX bytes packets errs drop fifo frame compressed multicast, TX bytes packets errs drop …`
    private static final int COUNTERS = 12;
    /// The kernel makes a page of lines at a time (seq_file), so a shorter piece is the last one.
    private static final int PIECE = 2 * 1024;

    /// The interfaces of the network namespace that a process is in (`/proc/<pid>/net/dev`).
    public static List<InterfaceStats> of(int pid) throws ErrnoException {
        try (Fd file = Fd.open("/proc/" + pid + "/net/dev", O_RDONLY)) {
            byte[] text = new byte[2 * PIECE];
            int length = file.read(text);
            for (int got = length; got > 0 && length > PIECE; length += got) {
                if (length == text.length) {
                    text = Arrays.copyOf(text, 2 * length);
                }
                got = file.read(text, length, text.length - length);
            }
            return parse(text, length);
        }
    }

    /// Two lines of headings, then `name: counter counter …` with blanks before and between.
    static List<InterfaceStats> parse(byte[] text, int length) {
        var found = new ArrayList<InterfaceStats>();
        var counters = new long[COUNTERS];
        int line = 0;
        for (int from = 0, end; from < length; from = end + 1, line++) {
            end = from;
            int colon = -1;
            for (; end < length && text[end] != '\n'; end++) {
                // a name may have colons, the counters have none
                colon = text[end] == ':' ? end : colon;
            }
            if (line >= 2 && colon >= 0) {
                count(text, colon + 1, end, counters);
                found.add(of(name(text, from, colon), counters));
            }
        }
        return found;
    }

    private static String name(byte[] text, int from, int to) {
        int begin = from;
        while (begin < to && text[begin] == ' ') {
            begin++;
        }
        return KernelString.decode(Arrays.copyOfRange(text, begin, to));
    }

    private static void count(byte[] text, int from, int to, long[] counters) {
        int at = from;
        for (int i = 0; i < COUNTERS; i++) {
            while (at < to && text[at] == ' ') {
                at++;
            }
            long value = 0;
            for (; at < to && text[at] >= '0' && text[at] <= '9'; at++) {
                value = 10 * value + (text[at] - '0');
            }
            counters[i] = value;
        }
    }

    private static InterfaceStats of(String name, long[] counters) {
        return new InterfaceStats(
                name,
                counters[0],
                counters[1],
                counters[2],
                counters[3],
                counters[8],
                counters[9],
                counters[10],
                counters[11]);
    }
}
