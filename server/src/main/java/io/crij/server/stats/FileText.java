package io.crij.server.stats;

import io.crij.linux.ErrnoException;
import io.crij.linux.Fd;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// The text of a small kernel file, in memory that is used again and again, and what is looked for in it. For one
/// thread.
final class FileText {
    /// No such file, or no number in it (`max`).
    static final long NONE = -1;

    /// The least that the kernel gives of a file of lines that is longer: a page without its last line.
    private static final int PIECE = 2 * 1024;

    private byte[] bytes = new byte[8 * 1024];
    private int length;

    /// Reads a file that the kernel makes in one piece, mostly with one call. A descriptor that is null is an empty
    /// file.
    void read(@Nullable Fd file) throws ErrnoException {
        length = 0;
        if (file == null) {
            return;
        }
        length = file.pread(bytes, 0, bytes.length, 0);
        if (length == bytes.length) {
            readOn(file);
        }
    }

    /// Reads a file that the kernel makes line by line, to its end. It makes a page of them at a time (seq_file), so a
    /// shorter piece is the last one.
    void readAll(Fd file) throws ErrnoException {
        length = file.pread(bytes, 0, bytes.length, 0);
        if (length > PIECE) {
            readOn(file);
        }
    }

    private void readOn(Fd file) throws ErrnoException {
        while (true) {
            if (length == bytes.length) {
                bytes = Arrays.copyOf(bytes, 2 * length);
            }
            int got = file.pread(bytes, length, bytes.length - length, length);
            length += got;
            if (got == 0) {
                return;
            }
        }
    }

    void clear() {
        length = 0;
    }

    boolean isEmpty() {
        return length == 0;
    }

    /// The number that the file begins with.
    long number() {
        return number(0);
    }

    private long number(int from) {
        long number = 0;
        int at = from;
        for (; at < length && bytes[at] >= '0' && bytes[at] <= '9'; at++) {
            if (number > (Long.MAX_VALUE - 9) / 10) {
                // beyond what any counter of ours can be, as v1's limit of none with a larger page
                return Long.MAX_VALUE;
            }
            number = 10 * number + (bytes[at] - '0');
        }
        return at == from ? NONE : number;
    }

    int lines() {
        int lines = 0;
        for (int i = 0; i < length; i++) {
            lines += bytes[i] == '\n' ? 1 : 0;
        }
        return lines;
    }

    /// The values of lines such as `key 123`, in the order of the keys; [#NONE] for those that are missing.
    void values(Keys keys, long[] target) {
        Arrays.fill(target, NONE);
        for (int from = 0; from < length; from = next(from)) {
            int space = from;
            while (space < length && bytes[space] != ' ' && bytes[space] != '\n') {
                space++;
            }
            int key = keys.find(bytes, from, space);
            if (key >= 0) {
                target[key] = number(space + 1);
            }
        }
    }

    private int next(int from) {
        int at = from;
        while (at < length && bytes[at] != '\n') {
            at++;
        }
        return at + 1;
    }

    /// A `*.pressure` file; null when it says nothing.
    @Nullable
    Pressure pressure() {
        Pressure.Line some = Pressure.Line.NONE;
        Pressure.Line full = Pressure.Line.NONE;
        for (int from = 0; from < length; from = next(from)) {
            switch (bytes[from]) {
                case 's' -> some = pressureLine(from);
                case 'f' -> full = pressureLine(from);
                default -> {
                    // of a later kernel
                }
            }
        }
        return length == 0 ? null : new Pressure(some, full);
    }

    /// `some avg10=0.00 avg60=0.00 avg300=0.00 total=0`
    private Pressure.Line pressureLine(int from) {
        double avg10 = 0;
        double avg60 = 0;
        double avg300 = 0;
        long total = 0;
        int end = next(from);
        for (int at = from; at < end && at < length; at++) {
            if (bytes[at] == '=' && at - 2 >= from) {
                switch (bytes[at - 1]) {
                    case '0' -> {
                        if (bytes[at - 2] == '1') {
                            avg10 = decimal(at + 1);
                        } else if (bytes[at - 2] == '6') {
                            avg60 = decimal(at + 1);
                        } else {
                            avg300 = decimal(at + 1);
                        }
                    }
                    case 'l' -> total = Math.max(0, number(at + 1));
                    default -> {
                        // of a later kernel
                    }
                }
            }
        }
        return new Pressure.Line(avg10, avg60, avg300, total);
    }

    /// Per cent with two digits behind the point.
    private double decimal(int from) {
        long whole = Math.max(0, number(from));
        int point = from;
        while (point < length && bytes[point] >= '0' && bytes[point] <= '9') {
            point++;
        }
        if (point + 2 >= length || bytes[point] != '.') {
            return whole;
        }
        return (whole * 100 + (bytes[point + 1] - '0') * 10L + (bytes[point + 2] - '0')) / 100.0;
    }

    @Override
    public String toString() {
        return new String(bytes, 0, length, java.nio.charset.StandardCharsets.UTF_8);
    }
}
