package io.crij.oci.command;

import io.crij.linux.At;
import io.crij.linux.Errno;
import io.crij.linux.ErrnoException;
import io.crij.linux.Fd;
import io.crij.linux.abi.FileFlags;
import io.crij.oci.json.RecordReader;
import io.crij.oci.json.RecordWriter;
import io.crij.oci.runtime.OciException.StepFailed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;

/// A file with a record in the folder of each container, there whole or not at all: written beside its place and
/// renamed.
///
/// @param name of the file
public record RecordFile<T extends Record>(Class<T> type, String name) {
    private static final int LARGEST = 1 << 20;

    public void write(Path folder, T record) throws ErrnoException {
        String fresh = fresh(folder).toString();
        try (Fd file = Fd.open(fresh, FileFlags.O_WRONLY | FileFlags.O_CREAT | FileFlags.O_TRUNC, 0600)) {
            file.write(RecordWriter.write(record, Objects::isNull));
        }
        At.rename(Fd.CWD, fresh, Fd.CWD, folder.resolve(name).toString(), 0);
    }

    /// Empty when there is none.
    public Optional<T> read(Path folder) throws IOException {
        try (Fd file = Fd.open(folder.resolve(name).toString(), FileFlags.O_RDONLY)) {
            return Optional.of(RecordReader.read(type, file.readAll(LARGEST)));
        } catch (ErrnoException e) {
            if (e.errno() == Errno.ENOENT || e.errno() == Errno.ENOTDIR) {
                return Optional.empty();
            }
            throw e;
        }
    }

    public boolean isIn(Path folder) {
        return Files.exists(folder.resolve(name));
    }

    /// Also one that was not finished. Not there is no error.
    public void remove(Path folder) throws IOException {
        Files.deleteIfExists(fresh(folder));
        Files.deleteIfExists(folder.resolve(name));
    }

    /// Removes a first one that is not in its place yet: who wrote it may have been killed in the middle, before
    /// anything else was made.
    public void removeUnfinished(Path folder) throws StepFailed {
        try {
            if (!isIn(folder)) {
                Files.deleteIfExists(fresh(folder));
            }
        } catch (IOException e) {
            throw new StepFailed("cannot delete " + fresh(folder) + ": " + e.getMessage(), 0, e);
        }
    }

    private Path fresh(Path folder) {
        return folder.resolve(name + ".new");
    }
}
