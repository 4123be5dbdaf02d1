package io.crij.oci.command;

import io.crij.linux.Errno;
import io.crij.linux.ErrnoException;
import io.crij.linux.Fd;
import io.crij.linux.WholeFile;
import io.crij.linux.abi.FileFlags;
import io.crij.oci.json.RecordReader;
import io.crij.oci.json.RecordWriter;
import io.crij.oci.runtime.OciException.StepFailed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;

/// A file with a record in the folder of each container, there whole or not at all.
///
/// @param name of the file
public record RecordFile<T extends Record>(Class<T> type, String name) {
    private static final int LARGEST = 1 << 20;

    public void write(Path folder, T record) throws ErrnoException {
        file(folder).write(RecordWriter.write(record, Objects::isNull));
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
        Files.deleteIfExists(file(folder).unfinished());
        Files.deleteIfExists(folder.resolve(name));
    }

    /// Removes a first one that is not in its place yet: who wrote it may have been killed in the middle, before
    /// anything else was made.
    public void removeUnfinished(Path folder) throws StepFailed {
        Path unfinished = file(folder).unfinished();
        try {
            if (!isIn(folder)) {
                Files.deleteIfExists(unfinished);
            }
        } catch (IOException e) {
            throw new StepFailed("cannot delete " + unfinished + ": " + e.getMessage(), 0, e);
        }
    }

    private WholeFile file(Path folder) {
        return new WholeFile(folder.resolve(name));
    }
}
