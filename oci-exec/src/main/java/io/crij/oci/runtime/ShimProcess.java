package io.crij.oci.runtime;

import io.crij.linux.ErrnoException;
import io.crij.linux.Fd;
import io.crij.linux.Pipe;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/// Our side of a shim. Thread-safe.
final class ShimProcess implements Shim {
    private static final int CLD_EXITED = 1;
    private static final int SIGNAL_BASE = 128;

    private final int pid;
    private final int shimPid;
    private final Streams streams;
    private final Reaper reaper;
    private final ExitRecords exits;
    private final boolean nudges;
    private boolean released;
    private boolean closed;

    /// Descriptors of ours.
    record Streams(
            @Nullable Fd stdin,
            @Nullable Fd stdout,
            @Nullable Fd stderr,
            @Nullable Fd console,
            Backlogs backlogs,
            Fd control,
            Fd exited,
            Fd exitFile) {}

    /// Both or none.
    record Backlogs(@Nullable Pipe stdout, @Nullable Pipe stderr) {
        static final Backlogs NONE = new Backlogs(null, null);
    }

    /// Where it stands how the process ended.
    interface ExitRecords {
        /// Empty while it lives.
        ///
        /// @param told whether the shim says that it has ended
        Optional<ExitStatus> find(Fd exitFile, boolean told) throws ErrnoException;
    }

    /// Of a shim that writes down the end of its one child.
    ShimProcess(int pid, int shimPid, Streams streams, Reaper reaper) {
        this(pid, shimPid, streams, reaper, (file, _) -> first(file), false);
    }

    /// @param nudges the shim may say that it is time to look although the process lives
    ShimProcess(int pid, int shimPid, Streams streams, Reaper reaper, ExitRecords exits, boolean nudges) {
        this.nudges = nudges;
        this.exits = exits;
        this.pid = pid;
        this.shimPid = shimPid;
        this.streams = streams;
        this.reaper = reaper;
    }

    @Override
    public int pid() {
        return pid;
    }

    @Override
    public OptionalInt shimPid() {
        return OptionalInt.of(shimPid);
    }

    @Override
    public Optional<Fd> stdin() {
        return Optional.ofNullable(streams.stdin());
    }

    @Override
    public Optional<Fd> stdout() {
        return Optional.ofNullable(streams.stdout());
    }

    @Override
    public Optional<Fd> stderr() {
        return Optional.ofNullable(streams.stderr());
    }

    @Override
    public Optional<Fd> console() {
        return Optional.ofNullable(streams.console());
    }

    @Override
    public Optional<Pipe> stdoutBacklog() {
        return Optional.ofNullable(streams.backlogs().stdout());
    }

    @Override
    public Optional<Pipe> stderrBacklog() {
        return Optional.ofNullable(streams.backlogs().stderr());
    }

    @Override
    public Fd exited() {
        return streams.exited();
    }

    @Override
    public Optional<ExitStatus> exitStatus() {
        try {
            int said = streams.exited().available();
            Optional<ExitStatus> found = exits.find(streams.exitFile(), said > 0);
            if (found.isPresent() || !nudges || said == 0) {
                return found;
            }
            forget(said);
            // what was said may have been about an end that was written down in between
            return exits.find(streams.exitFile(), true);
        } catch (ErrnoException e) {
            Log.warning("the exit status of process " + pid + " cannot be read", e);
            return Optional.empty();
        }
    }

    /// Or else whoever waits would be told the same again at once.
    private synchronized void forget(int said) throws ErrnoException {
        if (!closed && streams.exited().available() >= said) {
            streams.exited().read(new byte[said]);
        }
    }

    boolean nudges() {
        return nudges;
    }

    private static Optional<ExitStatus> first(Fd exitFile) throws ErrnoException {
        byte[] record = new byte[ShimSteps.RECORD_SIZE];
        int got = exitFile.pread(record, 0, record.length, 0);
        return got < record.length ? Optional.empty() : read(record);
    }

    /// Reads a record as the shim writes it; empty while it is all zero.
    static Optional<ExitStatus> read(byte[] record) {
        ByteBuffer in = ByteBuffer.wrap(record).order(ByteOrder.LITTLE_ENDIAN);
        int how = in.getInt(8);
        int status = in.getInt(24);
        if (how == 0) {
            return Optional.empty();
        }
        Instant at = Instant.ofEpochSecond(in.getLong(ShimSteps.RECORD_TIME), in.getLong(ShimSteps.RECORD_TIME + 8));
        return Optional.of(new ExitStatus(how == CLD_EXITED ? status : SIGNAL_BASE + status, at));
    }

    @Override
    public synchronized void closeStdin() {
        Fd stdin = streams.stdin();
        if (stdin != null) {
            stdin.close();
            command(ShimSteps.CLOSE_STDIN);
        }
    }

    @Override
    public synchronized void release() {
        if (!released) {
            released = true;
            command(ShimSteps.QUIT);
            reaper.reap(shimPid);
        }
    }

    void acknowledge() {
        command(ShimSteps.ACKNOWLEDGE);
    }

    private void command(byte command) {
        command(new byte[] {command});
    }

    /// At once, so that others' commands do not come in between.
    synchronized void command(byte[] bytes) {
        if (closed) {
            return;
        }
        try {
            streams.control().write(bytes);
        } catch (ErrnoException e) {
            Log.debug("the shim of process " + pid + " has gone", e);
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        for (Fd fd : new Fd[] {
            streams.stdin(),
            streams.stdout(),
            streams.stderr(),
            streams.console(),
            streams.control(),
            streams.exited(),
            streams.exitFile()
        }) {
            if (fd != null) {
                fd.close();
            }
        }
        stdoutBacklog().ifPresent(Pipe::close);
        stderrBacklog().ifPresent(Pipe::close);
    }
}
