package io.crij.monitor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crij.linux.ErrnoException;
import io.crij.linux.Fd;
import io.crij.linux.Memfd;
import io.crij.linux.NativeBytes;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.ByteRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class CriLogFormatTest {
    private static final String HEAD = "2026-11-24T03:35:34.000000007Z stdout ";
    private static final long TIME = Instant.parse("2026-11-24T03:35:34Z").getEpochSecond() * 1_000_000_000L + 7;

    @Test
    void wholeLinesAreFull() {
        assertEquals(HEAD + "F one\n" + HEAD + "F \n" + HEAD + "F two\n", format("one\n\ntwo\n"));
    }

    @Test
    void carriageReturnsAndZerosAreContent() {
        assertEquals(HEAD + "F a\0b\r\n", format("a\0b\r\n"));
    }

    @Test
    void theBeginningOfALineWaits() {
        NativeBytes raw = direct("one\ntw".getBytes(StandardCharsets.UTF_8));
        Records out = records(1000);
        CriLogFormat format = begun();
        assertEquals(4, format.format(raw, 0, 6, out));
    }

    @Test
    void aLineOfExactlyOneChunkIsFull() {
        String line = "x".repeat(CriLogFormat.CHUNK);
        assertEquals(HEAD + "F " + line + "\n", format(line + "\n"));
    }

    @Test
    void aLongerLineIsCutIntoPieces() {
        String chunk = "x".repeat(CriLogFormat.CHUNK);
        assertEquals(
                HEAD + "P " + chunk + "\n" + HEAD + "P " + chunk + "\n" + HEAD + "F y\n",
                format(chunk + chunk + "y\n"));
    }

    @Test
    void stopsWhereTheNextRecordDoesNotFit() {
        NativeBytes raw = direct("one\ntwo\n".getBytes(StandardCharsets.UTF_8));
        Records out = records(HEAD.length() + 2 + 4 + 10);
        assertEquals(4, begun().format(raw, 0, 8, out));
        assertEquals(HEAD.length() + 6, out.remaining());
    }

    /// Both those that are put together first and those that are not.
    @Test
    void linesOfAllLengthsStayInTheirOrder() {
        StringBuilder text = new StringBuilder();
        StringBuilder expected = new StringBuilder();
        for (int length = 0; length < 3 * 1024; length += 7) {
            String line = "x".repeat(length);
            text.append(line).append('\n');
            expected.append(HEAD).append("F ").append(line).append('\n');
        }
        assertEquals(expected.toString(), format(text.toString()));
    }

    /// What comes out does not depend on how the stream was cut into reads.
    @Property(tries = 300)
    void outputDependsOnTheBytesOnly(@ForAll List<@Size(max = 40_000) byte[]> reads) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        reads.forEach(all::writeBytes);
        assertEquals(format(all.toByteArray()), inPieces(reads));
    }

    @Property
    void findsTheNewlinesAmongEightBytes(@ForAll @Size(8) List<@ByteRange(min = 8, max = 12) Byte> bytes) {
        long word = 0;
        List<Integer> expected = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            word |= (long) bytes.get(i) << 8 * i;
            if (bytes.get(i) == '\n') {
                expected.add(i);
            }
        }
        List<Integer> found = new ArrayList<>();
        for (long rest = CriLogFormat.newlines(word); rest != 0; rest &= rest - 1) {
            found.add(CriLogFormat.index(rest & -rest));
        }
        assertEquals(expected, found);
    }

    @Property(tries = 300)
    void aByteIsANewlineOrNot(@ForAll byte value) {
        assertEquals(value == '\n', CriLogFormat.newlines((value & 0xffL) << 56) < 0);
    }

    /// Lines of bytes that differ from a newline in one bit, and of all lengths around the limits.
    @Property(tries = 300)
    void linesAreCutAtNewlinesOnly(@ForAll List<@IntRange(max = 1200) Integer> lengths) {
        StringBuilder text = new StringBuilder();
        StringBuilder expected = new StringBuilder();
        for (int length : lengths) {
            String line = "\u000b\u008a\u0008\u000e".repeat(length / 4 + 1).substring(0, length);
            text.append(line).append('\n');
            expected.append(HEAD).append("F ").append(line).append('\n');
        }
        assertEquals(expected.toString(), format(text.toString().getBytes(StandardCharsets.ISO_8859_1)));
    }

    @Property
    void timesAreRfc3339WithNineDigits(@ForAll @LongRange(min = 0, max = 4_000_000_000_000_000_000L) long nanos) {
        String expected = DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.nnnnnnnnn'Z'")
                .format(Instant.ofEpochSecond(nanos / 1_000_000_000L, nanos % 1_000_000_000L)
                        .atOffset(ZoneOffset.UTC));
        assertEquals(expected, CriLogFormat.time(nanos));
    }

    private static String inPieces(List<byte[]> reads) {
        CriLogFormat format = begun();
        byte[] carry = new byte[0];
        Records out = records(256 << 10);
        StringBuilder text = new StringBuilder();
        for (byte[] read : reads) {
            byte[] raw = Arrays.copyOf(carry, carry.length + read.length);
            System.arraycopy(read, 0, raw, carry.length, read.length);
            NativeBytes bytes = direct(raw);
            int stop = 0;
            for (int before = -1; stop > before; ) {
                before = stop;
                out.clear();
                stop = format.format(bytes, before, raw.length, out);
                text.append(text(out));
            }
            assertTrue(raw.length - stop <= CriLogFormat.CHUNK);
            carry = Arrays.copyOfRange(raw, stop, raw.length);
        }
        return text + rest(format, carry);
    }

    private static String rest(CriLogFormat format, byte[] carry) {
        Records out = records(1000);
        if (carry.length > 0) {
            format.formatRest(direct(carry), 0, carry.length, out);
        }
        return text(out);
    }

    private static String format(String text) {
        return format(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String format(byte[] bytes) {
        return inPieces(List.of(bytes));
    }

    private static CriLogFormat begun() {
        CriLogFormat format = new CriLogFormat();
        format.begin(TIME, LogStream.STDOUT);
        return format;
    }

    private static NativeBytes direct(byte[] bytes) {
        return new NativeBytes(ByteBuffer.allocateDirect(bytes.length).put(bytes));
    }

    private static Records records(int room) {
        return new Records(ByteBuffer.allocateDirect(room));
    }

    private static String text(Records out) {
        try (Fd file = Memfd.create("records")) {
            byte[] bytes = new byte[out.remaining()];
            while (out.remaining() > 0) {
                out.writeTo(file);
            }
            int length = file.pread(bytes, 0, bytes.length, 0);
            for (int got = length; got > 0; length += got) {
                got = file.pread(bytes, length, bytes.length - length, length);
            }
            assertEquals(bytes.length, length);
            return new String(bytes, StandardCharsets.ISO_8859_1);
        } catch (ErrnoException e) {
            throw new AssertionError(e);
        }
    }
}
