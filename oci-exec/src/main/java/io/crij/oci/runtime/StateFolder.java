package io.crij.oci.runtime;

import io.crij.linux.At;
import io.crij.linux.Errno;
import io.crij.linux.ErrnoException;
import io.crij.linux.Fd;
import io.crij.linux.abi.FileFlags;
import java.nio.file.Path;
import java.util.List;

/// The files of a container in the runtime's folder.
final class StateFolder {
    /// Where the shim writes how the process ended.
    static final String EXIT = "exit";

    /// The container's system call filter, for execs.
    static final String SECCOMP = "seccomp";

    /// The agent that this filter asks.
    static final String AGENT = "agent";

    private StateFolder() {}

    static void write(Path folder, String name, byte[] content) throws ErrnoException {
        int flags = FileFlags.O_WRONLY | FileFlags.O_CREAT | FileFlags.O_TRUNC;
        try (Fd file = Fd.open(folder.resolve(name).toString(), flags, 0600)) {
            file.write(content);
        }
    }

    static byte[] read(Path folder, String name) throws ErrnoException {
        try (Fd file = Fd.open(folder.resolve(name).toString(), FileFlags.O_RDONLY)) {
            return file.readAll(1 << 20);
        }
    }

    /// A new file for the record of the exit.
    static Fd exitFile(Path folder) throws ErrnoException {
        int flags = FileFlags.O_RDWR | FileFlags.O_CREAT | FileFlags.O_TRUNC;
        return Fd.open(folder.resolve(EXIT).toString(), flags, 0600);
    }

    /// Removes our files, and the folder unless somebody else has something in it. Idempotent.
    static void remove(Path folder) throws ErrnoException {
        for (String name : List.of(EXIT, SECCOMP, AGENT, ContainerRecord.UNFINISHED, ContainerRecord.FILE)) {
            removeIfThere(folder.resolve(name).toString());
        }
        removeIfEmpty(folder);
    }

    /// Removes a first record that is not in its place yet, and the folder if that was all.
    static void removeUnfinished(Path folder) throws ErrnoException {
        removeIfThere(folder.resolve(ContainerRecord.UNFINISHED).toString());
        removeIfEmpty(folder);
    }

    static void removeIfThere(String file) throws ErrnoException {
        try {
            At.unlink(Fd.CWD, file);
        } catch (ErrnoException e) {
            ignore(e, Errno.ENOENT);
        }
    }

    static void removeIfEmpty(Path folder) throws ErrnoException {
        try {
            At.rmdir(Fd.CWD, folder.toString());
        } catch (ErrnoException e) {
            ignore(e, Errno.ENOENT, Errno.ENOTEMPTY, Errno.EEXIST);
        }
    }

    private static void ignore(ErrnoException e, int... errnos) throws ErrnoException {
        for (int errno : errnos) {
            if (e.errno() == errno) {
                return;
            }
        }
        throw e;
    }
}
