package io.crij.monitor;

import io.crij.linux.At;
import io.crij.linux.Errno;
import io.crij.linux.ErrnoException;
import io.crij.linux.Fd;
import io.crij.linux.Stat;
import io.crij.linux.abi.FileFlags;
import java.nio.file.Path;

/// An open CRI log file. Opening and writing may block for as long as the disk does: only on a thread of
/// [LogWriters].
final class LogFile implements AutoCloseable {
    private static final int MODE = 0640;
    private static final int FLAGS = FileFlags.O_WRONLY
            | FileFlags.O_APPEND
            | FileFlags.O_CREAT
            | FileFlags.O_NOFOLLOW
            // for a FIFO without a reader, which would block; has no effect on files
            | FileFlags.O_NONBLOCK;

    private final Path path;
    private final Fd fd;
    private final Identity identity;

    private LogFile(Path path, Fd fd, Identity identity) {
        this.path = path;
        this.fd = fd;
        this.identity = identity;
    }

    /// Which file it is, whatever its name.
    record Identity(long device, long inode) {
        /// Of no file.
        static final Identity NONE = new Identity(0, 0);

        static Identity of(Stat stat) {
            return new Identity(stat.device().encoded(), stat.inode());
        }
    }

    /// Opens for appending, makes the file when it is not there. A symbolic link that leads nowhere is removed
    /// first (kubernetes#44043); one that leads somewhere is refused, as a container with a writable log volume
    /// could point it at any file of the host.
    static LogFile open(Path path) throws MonitorException {
        try {
            return opened(path);
        } catch (ErrnoException e) {
            throw new MonitorException(
                    MonitorException.Code.LOG_FAILED,
                    "Tried to open the log file " + path + " but " + Errno.describe(e.errno())
                            + advice(path, e.errno()),
                    e.errno());
        }
    }

    private static LogFile opened(Path path) throws ErrnoException {
        Fd fd;
        try {
            fd = Fd.open(path.toString(), FLAGS, MODE);
        } catch (ErrnoException e) {
            if (e.errno() != Errno.ELOOP || leadsSomewhere(path)) {
                throw e;
            }
            At.unlink(Fd.CWD, path.toString());
            fd = Fd.open(path.toString(), FLAGS, MODE);
        }
        try {
            fd.nonBlocking(false);
            return new LogFile(path, fd, Identity.of(fd.stat()));
        } catch (ErrnoException e) {
            fd.close();
            throw e;
        }
    }

    private static boolean leadsSomewhere(Path path) {
        try {
            Fd.open(path.toString(), FileFlags.O_PATH).close();
            return true;
        } catch (ErrnoException e) {
            return e.errno() != Errno.ENOENT;
        }
    }

    private static String advice(Path path, int errno) {
        return switch (errno) {
            case Errno.ENOENT -> ": make the folder " + path.getParent() + " first";
            case Errno.ELOOP -> ": it is a symbolic link to another file, remove the link";
            case Errno.ENXIO -> ": it is a FIFO that nobody reads";
            case Errno.EISDIR -> ": it is a folder";
            case Errno.ENOSPC -> ": free some space";
            default -> "";
        };
    }

    Path path() {
        return path;
    }

    Identity identity() {
        return identity;
    }

    long size() throws ErrnoException {
        return fd.stat().size();
    }

    /// Writes all of it, or fails; then what remains tells how much was taken.
    void write(Records lines) throws ErrnoException {
        while (lines.remaining() > 0) {
            lines.writeTo(fd);
        }
    }

    /// Opens a file that was found by its identity.
    static LogFile openExisting(Path path) throws ErrnoException {
        Fd fd = Fd.open(path.toString(), FileFlags.O_WRONLY | FileFlags.O_APPEND | FileFlags.O_NOFOLLOW);
        try {
            return new LogFile(path, fd, Identity.of(fd.stat()));
        } catch (ErrnoException e) {
            fd.close();
            throw e;
        }
    }

    /// Takes back what a failed write left.
    void truncate(long size) throws ErrnoException {
        fd.truncate(size);
    }

    @Override
    public void close() {
        fd.close();
    }
}
