package io.crij.monitor;

import io.crij.linux.ErrnoException;
import io.crij.linux.Fd;
import io.crij.linux.abi.FileFlags;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// What a log pump was doing, in a file on tmpfs that outlives a killed monitor: the step that is under way, and the
/// beginnings of lines ("carry") that were taken from a pipe and wait for their end. With it the next monitor
/// finishes exactly the step that was broken off. A step is: note it here, write the log, take the bytes off the pipe,
/// note that it is done. The file is the journal of one pump; one thread at a time.
final class PumpJournal implements AutoCloseable {
    private static final long MAGIC = 0x63726a2d70756d31L;
    private static final int HEADER = 112;
    private static final int CARRY_START = 4096;
    private static final int SLOTS = 2;

    private final Fd fd;
    private final ByteBuffer header = ByteBuffer.allocate(HEADER).order(ByteOrder.nativeOrder());
    private final int[] carrySlot = new int[LogStream.values().length];
    private final int[] carryLength = new int[LogStream.values().length];

    private PumpJournal(Fd fd) {
        this.fd = fd;
    }

    /// A step that was begun.
    ///
    /// @param at time of the records, nanoseconds since 1970
    /// @param log the file, as it was when the step began
    /// @param logSize its size before the step
    /// @param logged bytes the step appends to it
    /// @param taken bytes the step takes off the pipe
    /// @param checksum of those bytes
    /// @param carry bytes of a line's beginning that the step leaves
    record Step(
            LogStream stream,
            long at,
            LogFile.Identity log,
            long logSize,
            int logged,
            int taken,
            int checksum,
            int carry) {}

    static PumpJournal create(Path file) throws ErrnoException {
        PumpJournal journal = new PumpJournal(
                Fd.open(file.toString(), FileFlags.O_RDWR | FileFlags.O_CREAT | FileFlags.O_TRUNC, 0600));
        journal.save(0, null);
        return journal;
    }

    /// @param file made anew when it is missing or not a journal
    static PumpJournal open(Path file) throws ErrnoException {
        PumpJournal journal = new PumpJournal(Fd.open(file.toString(), FileFlags.O_RDWR | FileFlags.O_CREAT, 0600));
        if (!journal.load()) {
            journal.save(0, null);
        }
        return journal;
    }

    /// Length of the line's beginning that waits.
    int carryLength(LogStream stream) {
        return carryLength[stream.ordinal()];
    }

    /// Reads the line's beginning that waits into `target`, from index 0.
    void readCarry(LogStream stream, byte[] target) throws ErrnoException {
        int s = stream.ordinal();
        fd.pread(target, 0, carryLength[s], place(s, carrySlot[s]));
    }

    /// Notes a step, before the log is written.
    ///
    /// @param carry the line's beginning that the step leaves; its first `step.carry()` bytes count
    void begin(Step step, byte[] carry) throws ErrnoException {
        if (step.carry() > 0) {
            int s = step.stream().ordinal();
            fd.pwrite(carry, 0, step.carry(), place(s, 1 - carrySlot[s]));
        }
        save(step.stream().ordinal() + 1, step);
    }

    /// Notes that the step's bytes are off the pipe.
    void commit(LogStream stream, int carry) throws ErrnoException {
        int s = stream.ordinal();
        carrySlot[s] = 1 - carrySlot[s];
        carryLength[s] = carry;
        save(0, null);
    }

    /// Notes that the step was given up before anything was written.
    void abandon() throws ErrnoException {
        save(0, null);
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
                header.getInt(52),
                header.getInt(56),
                header.getInt(60));
    }

    private void save(int pending, @Nullable Step step) throws ErrnoException {
        header.putLong(0, MAGIC).putInt(8, pending);
        if (step != null) {
            header.putLong(16, step.at())
                    .putLong(24, step.log().device())
                    .putLong(32, step.log().inode())
                    .putLong(40, step.logSize())
                    .putInt(48, step.logged())
                    .putInt(52, step.taken())
                    .putInt(56, step.checksum())
                    .putInt(60, step.carry());
        }
        for (int s = 0; s < carrySlot.length; s++) {
            header.putInt(64 + 8 * s, carrySlot[s]).putInt(68 + 8 * s, carryLength[s]);
        }
        // one write below a page: a kill leaves the old or the new header, never half
        fd.pwrite(header.array(), 0, HEADER, 0);
    }

    private boolean load() throws ErrnoException {
        if (fd.pread(header.array(), 0, HEADER, 0) != HEADER || header.getLong(0) != MAGIC) {
            return false;
        }
        for (int s = 0; s < carrySlot.length; s++) {
            carrySlot[s] = header.getInt(64 + 8 * s);
            carryLength[s] = header.getInt(68 + 8 * s);
        }
        return true;
    }

    private static long place(int stream, int slot) {
        return CARRY_START + (long) (stream * SLOTS + slot) * CriLogFormat.CHUNK;
    }

    @Override
    public void close() {
        fd.close();
    }
}
