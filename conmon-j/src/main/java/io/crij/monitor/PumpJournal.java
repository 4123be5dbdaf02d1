package io.crij.monitor;

import io.crij.linux.ErrnoException;
import io.crij.linux.Fd;
import io.crij.linux.abi.FileFlags;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// How far a log pump has come, in files on tmpfs that outlive a killed monitor: a [Spool] per stream, up to which
/// byte of it the log has all, and the step that is under way. With it the next monitor finishes exactly the step that
/// was broken off. A step is: note it here, write the log, count its bytes as logged; the note of that is made with
/// the next step or by [#settle]. The journal of one pump; one thread at a time.
final class PumpJournal implements AutoCloseable {
    private static final long MAGIC = 0x63726a2d70756d32L;
    private static final int STREAMS = 64;
    private static final int HEADER = STREAMS + 8 * LogStream.values().length;

    private final Path file;
    private final Fd fd;
    private final ByteBuffer header = ByteBuffer.allocate(HEADER).order(ByteOrder.nativeOrder());
    private final Map<LogStream, Spool> spools = new EnumMap<>(LogStream.class);
    private final long[] logged = new long[LogStream.values().length];
    private boolean settled = true;

    private PumpJournal(Path file, Fd fd) {
        this.file = file;
        this.fd = fd;
    }

    /// A step that was begun; it begins where its stream is logged up to.
    ///
    /// @param at time of the records, nanoseconds since 1970
    /// @param log the file, as it was when the step began
    /// @param logSize its size before the step
    /// @param length bytes the step appends to it
    /// @param upTo offset in the spool of the first byte that is not part of the step
    /// @param rest the bytes are the last line of a stream, without its newline
    record Step(LogStream stream, long at, LogFile.Identity log, long logSize, int length, long upTo, boolean rest) {}

    /// All files of a journal, for removal.
    static List<String> files(String name) {
        return List.of(name, name + ".stdout", name + ".stderr");
    }

    /// @param file made anew, with its spools beside it, when it is missing or not a journal
    static PumpJournal open(Path file) throws ErrnoException {
        PumpJournal journal =
                new PumpJournal(file, Fd.open(file.toString(), FileFlags.O_RDWR | FileFlags.O_CREAT, 0600));
        try {
            if (!journal.load()) {
                journal.save(null);
            }
            return journal;
        } catch (ErrnoException e) {
            journal.close();
            throw e;
        }
    }

    Spool spool(LogStream stream) throws ErrnoException {
        Spool open = spools.get(stream);
        if (open == null) {
            open = Spool.open(file.resolveSibling(file.getFileName() + "." + stream.title()));
            spools.put(stream, open);
        }
        return open;
    }

    /// Offset in the spool of the first byte that is not in the log.
    long logged(LogStream stream) {
        return logged[stream.ordinal()];
    }

    /// Notes a step, before the log is written.
    void begin(Step step) throws ErrnoException {
        save(step);
        settled = false;
    }

    /// Counts the bytes before `upTo` as logged.
    void commit(LogStream stream, long upTo) {
        logged[stream.ordinal()] = upTo;
    }

    /// Notes what was committed.
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
                header.getLong(56),
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
                    .putLong(56, step.upTo());
        }
        for (int s = 0; s < logged.length; s++) {
            header.putLong(STREAMS + 8 * s, logged[s]);
        }
        // one write below a page: a kill leaves the old or the new header, never half
        fd.pwrite(header.array(), 0, HEADER, 0);
    }

    private boolean load() throws ErrnoException {
        if (fd.pread(header.array(), 0, HEADER, 0) != HEADER || header.getLong(0) != MAGIC) {
            return false;
        }
        for (int s = 0; s < logged.length; s++) {
            logged[s] = header.getLong(STREAMS + 8 * s);
        }
        settled = broken() == null;
        return true;
    }

    @Override
    public void close() {
        spools.values().forEach(Spool::close);
        fd.close();
    }
}
