package io.crij.monitor;

import io.crij.linux.ErrnoException;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/// Takes output off its source and appends it to the log file, one [PumpJournal.Step] at a time: note the step, write
/// the
/// log, take the bytes off the pipe, note that it is done. In this order no byte is ever in neither place.
///
/// A log that cannot be written (no space left) does not stop the container: the output is dropped until it can be
/// written again, and the monitor's log says how much. For one thread at a time.
final class LogAppender implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(LogAppender.class.getName());

    private final String container;
    private final PumpJournal journal;
    private final Attachments attachments;
    private final Clock clock;
    private @Nullable LogFile log;
    private long dropped;

    LogAppender(String container, PumpJournal journal, Attachments attachments, Clock clock) {
        this.container = container;
        this.journal = journal;
        this.attachments = attachments;
        this.clock = clock;
    }

    @Nullable
    LogFile log() {
        return log;
    }

    /// Writes to another file from now on and closes the one before.
    void switchTo(LogFile fresh) {
        LogFile old = log;
        log = fresh;
        if (old != null) {
            old.close();
        }
    }

    /// What [#pump] found.
    enum Found {
        OUTPUT,
        NOTHING_YET,
        THE_END
    }

    /// Logs what the source has now, at most [WriteBuffers#PEEK] bytes. The beginning of a line waits for its end.
    Found pump(OutputSource source, WriteBuffers buffers) throws ErrnoException {
        int carry = loadCarry(source.stream(), buffers);
        ByteBuffer raw = buffers.raw;
        raw.limit(raw.capacity()).position(carry);
        Optional<Integer> peeked = source.peek(buffers);
        if (peeked.isEmpty()) {
            return Found.NOTHING_YET;
        }
        if (peeked.get() == 0) {
            flush(source.stream(), buffers);
            return Found.THE_END;
        }
        append(source, buffers, carry, carry + peeked.get());
        return Found.OUTPUT;
    }

    /// Logs the beginning of a line that has waited for its end, as a line.
    void flush(LogStream stream, WriteBuffers buffers) throws ErrnoException {
        int carry = loadCarry(stream, buffers);
        if (carry == 0) {
            return;
        }
        long now = now();
        buffers.out.clear();
        buffers.format.begin(now, stream);
        buffers.format.formatRest(buffers.raw, 0, carry, buffers.out);
        journal.begin(step(stream, now, buffers.out.position(), 0, 0, 0), buffers.carry);
        write(buffers.out);
        journal.commit(stream, 0);
    }

    private void append(OutputSource source, WriteBuffers buffers, int carry, int end) throws ErrnoException {
        ByteBuffer raw = buffers.raw;
        raw.clear();
        long now = now();
        buffers.format.begin(now, source.stream());
        int done = 0;
        int taken = carry;
        while (taken < end) {
            buffers.out.clear();
            int stop = buffers.format.format(raw, done, end, buffers.out);
            boolean lineBegins = end - stop <= CriLogFormat.CHUNK && CriLogFormat.newline(raw, stop, end) < 0;
            int upTo = lineBegins ? end : stop;
            int rest = upTo - stop;
            raw.get(stop, buffers.carry, 0, rest);
            int checksum = source.peekable() ? checksum(raw, taken, upTo) : 0;
            int count = source.peekable() ? upTo - taken : 0;
            journal.begin(step(source.stream(), now, buffers.out.position(), count, checksum, rest), buffers.carry);
            write(buffers.out);
            source.take(raw, taken, upTo);
            raw.clear();
            journal.commit(source.stream(), rest);
            attachments.offer(source.stream(), raw, taken, upTo);
            done = stop;
            taken = upTo;
        }
    }

    private PumpJournal.Step step(LogStream stream, long at, int logged, int taken, int checksum, int carry)
            throws ErrnoException {
        LogFile file = log;
        LogFile.Identity identity = file == null ? LogFile.Identity.NONE : file.identity();
        long size = file == null ? 0 : file.size();
        return new PumpJournal.Step(stream, at, identity, size, logged, taken, checksum, carry);
    }

    private int loadCarry(LogStream stream, WriteBuffers buffers) throws ErrnoException {
        int length = journal.carryLength(stream);
        if (length > 0) {
            journal.readCarry(stream, buffers.carry);
            buffers.raw.clear();
            buffers.raw.put(0, buffers.carry, 0, length);
        }
        return length;
    }

    private void write(ByteBuffer lines) {
        LogFile file = log;
        lines.flip();
        if (file == null || !lines.hasRemaining()) {
            return;
        }
        int length = lines.remaining();
        try {
            file.write(lines);
            if (dropped > 0) {
                LOG.log(
                        System.Logger.Level.WARNING,
                        "the log of container " + container + " can be written again; " + dropped
                                + " bytes were dropped");
                dropped = 0;
            }
        } catch (ErrnoException e) {
            if (dropped == 0) {
                LOG.log(
                        System.Logger.Level.ERROR,
                        "Tried to write the log of container " + container + " to " + file.path() + " but "
                                + e.getMessage() + "; its output is dropped until that works again");
            }
            dropped += length;
            takeBack(file, length - lines.remaining());
        }
    }

    /// Removes the part of a record that a failed write left, so that the next one begins on a line of its own.
    private void takeBack(LogFile file, int written) {
        if (written == 0) {
            return;
        }
        try {
            file.truncate(file.size() - written);
        } catch (ErrnoException e) {
            LOG.log(System.Logger.Level.WARNING, "half a record stays in " + file.path() + ": " + e.getMessage());
        }
    }

    private long now() {
        Instant now = clock.instant();
        return Nanos.of(now);
    }

    static int checksum(ByteBuffer raw, int from, int to) {
        CRC32C crc = new CRC32C();
        crc.update(raw.slice(from, to - from));
        return (int) crc.getValue();
    }

    @Override
    public void close() {
        journal.close();
        LogFile file = log;
        log = null;
        if (file != null) {
            file.close();
        }
    }
}
