package io.crij.monitor;

import io.crij.linux.ErrnoException;
import io.crij.linux.Fd;
import io.crij.linux.Pipe;
import io.crij.linux.abi.FileFlags;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// How far a log pump has come, in files on tmpfs that outlive a killed monitor: the step that is under way, and up to
/// which byte of each stream's [Spool] the log has all. With it the next monitor finishes exactly the step that was
/// broken off. A step is: note it here, write the log, remove its bytes from the [Backlog]; that it is done is noted
/// with the next step or by [#settle]. The journal of one pump; one thread at a time.
final class PumpJournal implements AutoCloseable {
    private static final long MAGIC = 0x63726a2d70756d32L;
    private static final int STREAMS = 64;
    private static final int PIPE = STREAMS + 8 * LogStream.values().length;
    private static final int HEADER = PIPE + 16;

    private final Fd fd;
    private final ByteBuffer header = ByteBuffer.allocate(HEADER).order(ByteOrder.nativeOrder());
    private final Map<LogStream, Backlog> backlogs = new EnumMap<>(LogStream.class);
    private boolean settled = true;

    private PumpJournal(Fd fd) {
        this.fd = fd;
    }

    /// A step that was begun.
    ///
    /// @param at time of the records, nanoseconds since 1970
    /// @param log the file, as it was when the step began
    /// @param logSize its size before the step
    /// @param length bytes the step appends to it
    /// @param cut its bytes, the first of the backlog
    /// @param rest they are the last line of a stream, without its newline
    record Step(
            LogStream stream, long at, LogFile.Identity log, long logSize, int length, Backlog.Cut cut, boolean rest) {}

    /// All files of a journal, for removal.
    static List<String> files(String name) {
        return List.of(name, name + ".stdout", name + ".stderr");
    }

    /// @param file made anew when it is missing or not a journal; spools lie beside it
    /// @param pipes of the shim, for the streams that have one
    static PumpJournal open(Path file, Map<LogStream, Pipe> pipes) throws ErrnoException {
        PumpJournal journal = new PumpJournal(Fd.open(file.toString(), FileFlags.O_RDWR | FileFlags.O_CREAT, 0600));
        try {
            boolean known = journal.load();
            for (LogStream stream : LogStream.values()) {
                Path spool = file.resolveSibling(file.getFileName() + "." + stream.title());
                long logged = known ? journal.header.getLong(STREAMS + 8 * stream.ordinal()) : 0;
                journal.backlogs.put(stream, new Backlog(spool, logged, pipes.get(stream)));
            }
            if (!known) {
                journal.save(null);
            }
            return journal;
        } catch (ErrnoException e) {
            journal.close();
            throw e;
        }
    }

    Backlog backlog(LogStream stream) {
        return Objects.requireNonNull(backlogs.get(stream));
    }

    /// Notes a step, before the log is written.
    void begin(Step step) throws ErrnoException {
        save(step);
        settled = false;
    }

    /// Notes that the step which was begun last is done. Before more is taken into a backlog.
    void settle() throws ErrnoException {
        if (!settled) {
            save(null);
            settled = true;
        }
    }

    /// The step that was begun and not done when the file was opened; null when there is none.
    @Nullable
    Step broken() {
        int stream = header.getInt(8);
        if (stream == 0) {
            return null;
        }
        return new Step(
                LogStream.values()[stream - 1],
                header.getLong(16),
                new LogFile.Identity(header.getLong(24), header.getLong(32)),
                header.getLong(40),
                header.getInt(48),
                new Backlog.Cut(header.getLong(56), header.getInt(PIPE), header.getInt(PIPE + 4)),
                header.getInt(12) != 0);
    }

    private void save(@Nullable Step step) throws ErrnoException {
        header.putLong(0, MAGIC).putInt(8, 0);
        if (step != null) {
            header.putInt(8, step.stream().ordinal() + 1)
                    .putInt(12, step.rest() ? 1 : 0)
                    .putLong(16, step.at())
                    .putLong(24, step.log().device())
                    .putLong(32, step.log().inode())
                    .putLong(40, step.logSize())
                    .putInt(48, step.length())
                    .putLong(56, step.cut().upTo())
                    .putInt(PIPE, step.cut().held())
                    .putInt(PIPE + 4, step.cut().dropped());
        }
        backlogs.forEach((stream, backlog) -> header.putLong(STREAMS + 8 * stream.ordinal(), backlog.logged()));
        // one write below a page: a kill leaves the old or the new header, never half
        fd.pwrite(header.array(), 0, HEADER, 0);
    }

    private boolean load() throws ErrnoException {
        // one from before there were such pipes ends there
        if (fd.pread(header.array(), 0, HEADER, 0) < PIPE || header.getLong(0) != MAGIC) {
            return false;
        }
        settled = broken() == null;
        return true;
    }

    @Override
    public void close() {
        backlogs.values().forEach(Backlog::close);
        fd.close();
    }
}
