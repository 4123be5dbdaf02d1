package io.crij.monitor;

import io.crij.linux.ErrnoException;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Takes output off its source into the spool and appends it from there to the log file, one [PumpJournal.Step] at a
/// time. A byte leaves the pipe for the spool in one system call, and the spool only when it is noted as logged.
///
/// A log that cannot be written (no space left) does not stop the container: the output is dropped until it can be
/// written again, and the monitor's log says how much. For one thread at a time.
final class LogAppender implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(LogAppender.class.getName());

    /// Logged bytes that a spool keeps while the pump is at work, and when it rests.
    private static final int RECYCLED = 64 << 10;

    private static final int KEPT = 16 << 10;

    private final String container;
    private final PumpJournal journal;
    private final Attachments attachments;
    private final Clock clock;
    /// Streams whose spool may hold lines that an earlier monitor took and did not log.
    private final Set<LogStream> leftOver = EnumSet.allOf(LogStream.class);
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

    /// Logs what the source has now, at most [WriteBuffers#TAKE] bytes. The beginning of a line waits for its end.
    Found pump(OutputSource source, WriteBuffers buffers) throws ErrnoException {
        LogStream stream = source.stream();
        Spool spool = journal.spool(stream);
        long before = spool.size();
        if (!leftOver.remove(stream) || before == journal.logged(stream)) {
            Optional<Integer> taken = source.take(spool, buffers);
            if (taken.isEmpty()) {
                return Found.NOTHING_YET;
            }
            if (taken.get() == 0) {
                flush(stream, buffers);
                return Found.THE_END;
            }
        }
        append(stream, spool, before, buffers);
        return Found.OUTPUT;
    }

    /// Logs the beginning of a line that has waited for its end, as a line.
    void flush(LogStream stream, WriteBuffers buffers) throws ErrnoException {
        Spool spool = journal.spool(stream);
        if (leftOver.remove(stream)) {
            append(stream, spool, spool.size(), buffers);
        }
        if (spool.size() == journal.logged(stream)) {
            return;
        }
        int length = load(stream, spool, buffers.raw);
        long now = now();
        buffers.out.clear();
        buffers.format.begin(now, stream);
        buffers.format.formatRest(buffers.raw, 0, length, buffers.out);
        step(stream, now, spool.size(), true, buffers.out);
    }

    /// Notes how far all is, and gives back what memory that frees; when the pump rests.
    void settle() throws ErrnoException {
        journal.settle();
        for (LogStream stream : LogStream.values()) {
            if (journal.logged(stream) > 0) {
                journal.spool(stream).recycle(journal.logged(stream), KEPT);
            }
        }
    }

    /// @param offered what the attached have had already, an offset in the spool
    private void append(LogStream stream, Spool spool, long offered, WriteBuffers buffers) throws ErrnoException {
        ByteBuffer raw = buffers.raw;
        long start = journal.logged(stream);
        int end = load(stream, spool, raw);
        long now = now();
        buffers.format.begin(now, stream);
        int done = 0;
        while (done < end) {
            buffers.out.clear();
            int stop = buffers.format.format(raw, done, end, buffers.out);
            if (stop == done) {
                break;
            }
            step(stream, now, start + stop, false, buffers.out);
            spool.recycle(start + done, RECYCLED);
            done = stop;
        }
        if (offered < start + end) {
            attachments.offer(stream, raw, (int) (offered - start), end);
        }
    }

    /// Reads what is not logged yet to the beginning of `raw`.
    private int load(LogStream stream, Spool spool, ByteBuffer raw) throws ErrnoException {
        long from = journal.logged(stream);
        int length = (int) Math.min(spool.size() - from, raw.capacity());
        raw.clear().limit(length);
        spool.read(from, raw);
        raw.clear();
        return length;
    }

    private void step(LogStream stream, long at, long upTo, boolean rest, ByteBuffer lines) throws ErrnoException {
        LogFile file = log;
        LogFile.Identity identity = file == null ? LogFile.Identity.NONE : file.identity();
        long size = file == null ? 0 : file.size();
        journal.begin(new PumpJournal.Step(stream, at, identity, size, lines.position(), upTo, rest));
        write(lines);
        journal.commit(stream, upTo);
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
