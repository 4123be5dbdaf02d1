package io.crij.monitor;

import io.crij.linux.ErrnoException;
import java.time.Clock;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Takes output off its source into the backlog and appends it from there to the log file, one [PumpJournal.Step] at a
/// time. A byte leaves the container's pipe for the backlog in one system call, and the backlog when it is in the log.
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
    /// Streams whose backlog may hold lines that an earlier monitor took and did not log.
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
        Backlog backlog = journal.backlog(stream);
        long before = backlog.size();
        if (!leftOver.remove(stream) || before == 0) {
            journal.settle();
            Optional<Integer> taken = source.take(backlog, buffers);
            if (taken.isEmpty()) {
                return Found.NOTHING_YET;
            }
            if (taken.get() == 0) {
                flush(stream, buffers);
                return Found.THE_END;
            }
        }
        append(stream, backlog, before, buffers);
        return Found.OUTPUT;
    }

    /// Logs the beginning of a line that has waited for its end, as a line.
    void flush(LogStream stream, WriteBuffers buffers) throws ErrnoException {
        Backlog backlog = journal.backlog(stream);
        if (leftOver.remove(stream)) {
            append(stream, backlog, backlog.size(), buffers);
        }
        if (backlog.size() == 0) {
            return;
        }
        int length = backlog.load(buffers);
        if (length < backlog.size()) {
            journal.settle();
            backlog.spill();
            length = backlog.load(buffers);
        }
        long now = now();
        buffers.out.clear();
        buffers.format.begin(now, stream);
        buffers.format.formatRest(buffers.bytes, 0, length, buffers.out);
        step(stream, backlog, now, length, true, buffers);
    }

    /// Notes how far all is, and gives back what memory that frees; when the pump rests.
    void settle() throws ErrnoException {
        journal.settle();
        for (LogStream stream : LogStream.values()) {
            journal.backlog(stream).recycle(KEPT);
        }
    }

    /// Logs what the backlog has.
    ///
    /// @param offered how much of it the attached have had already, bytes
    private void append(LogStream stream, Backlog backlog, long offered, WriteBuffers buffers) throws ErrnoException {
        long known = offered;
        for (boolean all = false; !all; ) {
            int end = backlog.load(buffers);
            all = end == backlog.size();
            int done = format(stream, backlog, end, buffers);
            if (known < end) {
                attachments.offer(stream, buffers.raw, (int) known, end);
            }
            known = Math.max(known, end) - done;
            if (!all && done == 0) {
                // so many small pieces that the line's end cannot be looked at
                journal.settle();
                backlog.spill();
            }
        }
    }

    /// Logs the lines among the first `end` bytes of the backlog, which are loaded.
    ///
    /// @return how many bytes that were
    private int format(LogStream stream, Backlog backlog, int end, WriteBuffers buffers) throws ErrnoException {
        long now = now();
        buffers.format.begin(now, stream);
        for (int done = 0; true; ) {
            buffers.out.clear();
            int stop = buffers.format.format(buffers.bytes, done, end, buffers.out);
            if (stop == done) {
                return done;
            }
            step(stream, backlog, now, stop - done, false, buffers);
            done = stop;
        }
    }

    /// Logs the first bytes of the backlog, as these lines.
    private void step(LogStream stream, Backlog backlog, long at, int bytes, boolean rest, WriteBuffers buffers)
            throws ErrnoException {
        LogFile file = log;
        LogFile.Identity identity = file == null ? LogFile.Identity.NONE : file.identity();
        long size = file == null ? 0 : file.size();
        Backlog.Cut cut = backlog.first(bytes);
        journal.begin(new PumpJournal.Step(stream, at, identity, size, buffers.out.remaining(), cut, rest));
        backlog.recycle(RECYCLED);
        write(buffers.out);
        backlog.remove(cut, buffers.head);
    }

    private void write(Records lines) {
        LogFile file = log;
        if (file == null || lines.remaining() == 0) {
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
