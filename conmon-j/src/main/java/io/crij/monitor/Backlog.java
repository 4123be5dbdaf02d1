package io.crij.monitor;

import io.crij.linux.ErrnoException;
import io.crij.linux.Fd;
import io.crij.linux.Pipe;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What was taken from one stream of a container and is not known to be in its log. It outlives a killed monitor, so
/// every byte is in the container's pipe, here, or in the log.
///
/// It is a pipe that the shim holds and that nobody else writes to or reads from: splice(2) moves the container's
/// pages into it, and a kill does not come in the middle of that. What a pipe cannot hold goes to a [Spool], and
/// stands before what is in the pipe: the beginning of a line whose end does not come while the pipe has no place
/// for more pieces of it; and the output of a terminal, and of a shim without such a pipe. For one thread at a time.
final class Backlog implements AutoCloseable {
    private final Path file;
    private final @Nullable Pipe pipe;
    private @Nullable Spool spool;
    private boolean looked;
    private long logged;
    private int held;

    /// @param file of the spool, made when there is something to spool
    /// @param logged offset in the spool of the first byte that is not in the log
    /// @param pipe the shim's; null without one. Stays the caller's to close
    Backlog(Path file, long logged, @Nullable Pipe pipe) {
        this.file = file;
        this.logged = logged;
        this.pipe = pipe;
    }

    /// The first bytes of a backlog: what a step takes away.
    ///
    /// @param upTo offset in the spool of the first byte behind them
    /// @param held bytes in the pipe before any of them is dropped
    /// @param dropped how many of those belong to them
    record Cut(long upTo, int held, int dropped) {}

    long logged() {
        return logged;
    }

    long size() throws ErrnoException {
        look();
        return spooled() + held;
    }

    private long spooled() {
        Spool s = spool;
        return s == null ? 0 : s.size() - logged;
    }

    /// Finds what an earlier monitor left.
    private void look() throws ErrnoException {
        if (looked) {
            return;
        }
        Pipe p = pipe;
        if (p != null) {
            held = p.reader().available();
        }
        spool = Spool.find(file).orElse(null);
        looked = true;
    }

    private Spool spool() throws ErrnoException {
        Spool open = spool;
        if (open == null) {
            open = Spool.open(file);
            spool = open;
        }
        return open;
    }

    /// Takes what a pipe has now, at most `most` bytes. Empty when there is nothing yet, 0 at the end. Not while a
    /// step is noted: it says how much was in the pipe before.
    ///
    /// @param told the kernel says that there is something: then what stands here already leaves no room for it
    Optional<Integer> take(Fd source, int most, boolean told) throws ErrnoException {
        look();
        Pipe p = pipe;
        if (p == null) {
            return spool().take(source, most);
        }
        Optional<Integer> taken = source.trySplice(p.writer(), most);
        if (taken.isEmpty() && told && held > 0) {
            spill();
            taken = source.trySplice(p.writer(), most);
        }
        held += taken.orElse(0);
        return taken;
    }

    /// Takes what a terminal has now.
    ///
    /// @param between memory for it
    Optional<Integer> takeRead(Fd terminal, ByteBuffer between) throws ErrnoException {
        look();
        return spool().takeRead(terminal, between);
    }

    /// Moves all to the spool. Not while a step is noted.
    void spill() throws ErrnoException {
        Pipe p = pipe;
        while (p != null && held > 0) {
            int taken = spool().take(p.reader(), held).orElse(0);
            if (taken == 0) {
                throw new IllegalStateException("a backlog of " + held + " bytes is empty");
            }
            held -= taken;
        }
    }

    /// Reads the first bytes to the beginning of `raw`: all, unless it is more than that or [PipeHead] has room
    /// for.
    ///
    /// @return how many
    int load(WriteBuffers buffers) throws ErrnoException {
        look();
        ByteBuffer raw = buffers.raw;
        raw.clear();
        long spooled = spooled();
        int room = raw.capacity();
        if (spooled > 0) {
            raw.limit((int) Math.min(spooled, room));
            spool().read(logged, raw);
        }
        Pipe p = pipe;
        int left = Math.min(held, room - raw.position());
        if (p != null && left > 0 && raw.position() == spooled) {
            raw.limit(raw.position() + left);
            buffers.head.peek(p.reader(), raw);
        }
        int length = raw.position();
        raw.clear();
        return length;
    }

    Cut first(int bytes) {
        int ofSpool = (int) Math.min(bytes, spooled());
        return new Cut(logged + ofSpool, held, bytes - ofSpool);
    }

    /// How many bytes a cut is of that is not removed yet.
    int length(Cut cut) {
        return (int) (cut.upTo() - logged) + cut.dropped();
    }

    /// Whether a monitor was killed while it removed these. Only what is in the log is ever removed.
    boolean removing(Cut cut) throws ErrnoException {
        look();
        return held < cut.held();
    }

    /// Removes what is in the log now, or what is left of it.
    void remove(Cut cut, PipeHead head) throws ErrnoException {
        look();
        int kept = cut.held() - cut.dropped();
        Pipe p = pipe;
        while (p != null && held > kept) {
            int dropped = head.drop(p.reader(), held - kept);
            if (dropped == 0 && p.reader().available() == 0) {
                throw new IllegalStateException("a backlog of " + held + " bytes is empty");
            }
            held -= dropped;
        }
        logged = cut.upTo();
    }

    /// Gives the memory of the spool back that is noted as logged, if it is at least `atLeast` bytes.
    void recycle(long atLeast) throws ErrnoException {
        Spool s = spool;
        if (s != null) {
            s.recycle(logged, atLeast);
        }
    }

    /// For a busy writer.
    void enlarge(PipeHead head) throws ErrnoException {
        Pipe p = pipe;
        if (p != null) {
            // not beyond what can be looked at
            PipeSize.grow(p.writer(), head.capacity());
        }
    }

    @Override
    public void close() {
        Spool s = spool;
        if (s != null) {
            s.close();
        }
    }
}
