package io.crij.monitor;

import io.crij.linux.Errno;
import io.crij.linux.ErrnoException;
import io.crij.linux.Fd;
import io.crij.linux.abi.FileFlags;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Optional;

/// Output of one stream on its way to the log that does not go through a pipe of the shim: a file on tmpfs that
/// outlives a killed monitor. It grows for as long as the container lives; what is logged is punched out, so only
/// what is on its way takes memory.
///
/// splice(2) from a pipe grows the file by exactly what it takes from the pipe, and a kill does not come in the middle
/// of a system call: so the size of the file always says what was taken. For one thread at a time.
final class Spool implements AutoCloseable {
    private static final long PAGE = 4096;

    private final Fd fd;
    private long size;
    private long punched;

    private Spool(Fd fd, long size) {
        this.fd = fd;
        this.size = size;
    }

    static Spool open(Path file) throws ErrnoException {
        return of(Fd.open(file.toString(), FileFlags.O_RDWR | FileFlags.O_CREAT | FileFlags.O_NOFOLLOW, 0600));
    }

    /// Empty when there is none.
    static Optional<Spool> find(Path file) throws ErrnoException {
        try {
            return Optional.of(of(Fd.open(file.toString(), FileFlags.O_RDWR | FileFlags.O_NOFOLLOW)));
        } catch (ErrnoException e) {
            if (e.errno() == Errno.ENOENT) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private static Spool of(Fd fd) throws ErrnoException {
        try {
            return new Spool(fd, fd.seek(fd.stat().size()));
        } catch (ErrnoException e) {
            fd.close();
            throw e;
        }
    }

    /// Bytes that were ever taken: the offset of the next one.
    long size() {
        return size;
    }

    /// Takes what the pipe has now, at most `most` bytes. Empty when there is nothing yet, 0 at the end.
    Optional<Integer> take(Fd pipe, int most) throws ErrnoException {
        Optional<Integer> taken = pipe.trySplice(fd, most);
        size += taken.orElse(0);
        return taken;
    }

    /// Takes what a terminal has now, from which nothing can be spliced into a file: a monitor that is killed
    /// between the two calls loses the one read, at most 4 KiB.
    ///
    /// @param between memory for it
    Optional<Integer> takeRead(Fd terminal, ByteBuffer between) throws ErrnoException {
        between.clear();
        // before the read: without room the bytes would have nowhere to go
        fd.allocate(FileFlags.FALLOC_FL_KEEP_SIZE, size, PAGE);
        between.limit((int) PAGE);
        Optional<Integer> got = terminal.tryRead(between);
        between.flip();
        while (between.hasRemaining()) {
            size += fd.write(between);
        }
        return got;
    }

    /// Reads into a direct buffer, from its position to its limit.
    void read(long from, ByteBuffer target) throws ErrnoException {
        for (long at = from; target.hasRemaining(); ) {
            int got = fd.pread(target, at);
            if (got == 0) {
                throw new IllegalStateException("a spool of " + size + " bytes ends at " + at);
            }
            at += got;
        }
    }

    /// Gives the memory before `upTo` back, if it is at least `atLeast` bytes.
    void recycle(long upTo, long atLeast) throws ErrnoException {
        long end = upTo / PAGE * PAGE;
        if (end - punched >= atLeast) {
            fd.allocate(FileFlags.FALLOC_FL_PUNCH_HOLE | FileFlags.FALLOC_FL_KEEP_SIZE, punched, end - punched);
            punched = end;
        }
    }

    @Override
    public void close() {
        fd.close();
    }
}
