package io.crij.monitor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
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
        ByteBuffer raw = direct("one\ntw".getBytes(StandardCharsets.UTF_8));
        ByteBuffer out = ByteBuffer.allocateDirect(1000);
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
        ByteBuffer raw = direct("one\ntwo\n".getBytes(StandardCharsets.UTF_8));
        ByteBuffer out = ByteBuffer.allocateDirect(HEAD.length() + 2 + 4 + 10);
        assertEquals(4, begun().format(raw, 0, 8, out));
        assertEquals(HEAD.length() + 6, out.position());
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

    @Property(tries = 300)
    void findsTheFirstNewline(@ForAll byte[] bytes) {
        int expected = -1;
        for (int i = 0; i < bytes.length && expected < 0; i++) {
            expected = bytes[i] == '\n' ? i : -1;
        }
        assertEquals(expected, CriLogFormat.newline(bytes, 0, bytes.length));
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
        StringBuilder text = new StringBuilder();
        for (byte[] read : reads) {
            byte[] raw = Arrays.copyOf(carry, carry.length + read.length);
            System.arraycopy(read, 0, raw, carry.length, read.length);
            ByteBuffer out = ByteBuffer.allocateDirect(4 << 20);
            int stop = format.format(direct(raw), 0, raw.length, out);
            assertTrue(raw.length - stop <= CriLogFormat.CHUNK);
            text.append(text(out));
            carry = Arrays.copyOfRange(raw, stop, raw.length);
        }
        return text + rest(format, carry);
    }

    private static String rest(CriLogFormat format, byte[] carry) {
        ByteBuffer out = ByteBuffer.allocateDirect(20_000);
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

    private static ByteBuffer direct(byte[] bytes) {
        return ByteBuffer.allocateDirect(bytes.length)
                .order(ByteOrder.nativeOrder())
                .put(bytes)
                .flip();
    }

    private static String text(ByteBuffer out) {
        byte[] bytes = new byte[out.position()];
        out.get(0, bytes);
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }
}
