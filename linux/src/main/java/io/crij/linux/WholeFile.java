package io.crij.linux;

import static io.crij.linux.abi.FileFlags.O_CREAT;
import static io.crij.linux.abi.FileFlags.O_TRUNC;
import static io.crij.linux.abi.FileFlags.O_WRONLY;
import static io.crij.linux.abi.FileFlags.RENAME_NOREPLACE;

import java.nio.file.Path;

/// A file that is there whole or not at all, also when the process is killed in the middle: written beside its place
/// and renamed (rename(2)). It is not synced: this is for records that need not outlive the machine. Calls for one file
/// come one at a time. Thread-safe otherwise.
public final class WholeFile {
    private final Path place;

    public WholeFile(Path place) {
        this.place = place;
    }

    /// Where it is before it is whole; what a process leaves that is killed in the middle.
    public Path unfinished() {
        return place.resolveSibling(place.getFileName() + ".new");
    }

    /// Makes or replaces it, with mode 0600. After an error the old one is there, and nothing of the new one.
    public void write(byte[] content) throws ErrnoException {
        put(content, 0);
    }

    /// Makes it; `EEXIST` when there is one.
    public void create(byte[] content) throws ErrnoException {
        put(content, RENAME_NOREPLACE);
    }

    private void put(byte[] content, int flags) throws ErrnoException {
        String fresh = unfinished().toString();
        try {
            try (Fd file = Fd.open(fresh, O_WRONLY | O_CREAT | O_TRUNC, 0600)) {
                file.write(content);
            }
            At.rename(Fd.CWD, fresh, Fd.CWD, place.toString(), flags);
        } catch (ErrnoException e) {
            try {
                At.unlink(Fd.CWD, fresh);
            } catch (ErrnoException second) {
                if (second.errno() != Errno.ENOENT) {
                    e.addSuppressed(second);
                }
            }
            throw e;
        }
    }
}
