package io.crij.monitor;

import io.crij.linux.Errno;
import io.crij.linux.ErrnoException;
import io.crij.linux.WholeFile;
import io.crij.oci.json.RecordReader;
import io.crij.oci.json.RecordWriter;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/// The monitor's records on tmpfs, one folder per container: `monitor.json` with the [ContainerRecord] and
/// `monitor.pump*` with the [PumpJournal], `monitor.execs` with the [ExecNotes]. A record is replaced whole (temp,
/// rename), so a kill leaves the old or the new one. Calls for one container come one at a time.
final class RecordFolder {
    private static final String RECORD = "monitor.json";
    private static final String JOURNAL = "monitor.pump";
    private static final String EXECS = "monitor.execs";

    private final Path containers;

    /// @param state the state folder, `/run/crij`
    RecordFolder(Path state) {
        containers = state.resolve("containers");
    }

    /// Folder with a folder for each container, which its runtime uses too.
    Path containers() {
        return containers;
    }

    Path journal(String id) {
        return containers.resolve(id).resolve(JOURNAL);
    }

    /// Folder of the [ExecNotes].
    Path execs(String id) {
        return containers.resolve(id).resolve(EXECS);
    }

    void save(ContainerRecord record) throws IOException {
        Path folder = containers.resolve(record.id());
        byte[] json = RecordWriter.write(record, Objects::isNull);
        try {
            file(record.id()).write(json);
        } catch (ErrnoException e) {
            if (e.errno() != Errno.ENOENT) {
                throw e;
            }
            Files.createDirectories(folder);
            file(record.id()).write(json);
        }
    }

    private WholeFile file(String id) {
        return new WholeFile(containers.resolve(id).resolve(RECORD));
    }

    /// Removes our files, and the folder when nothing else is in it.
    void remove(String id) throws IOException {
        Path folder = containers.resolve(id);
        Files.deleteIfExists(folder.resolve(RECORD));
        Files.deleteIfExists(file(id).unfinished());
        for (String file : PumpJournal.files(JOURNAL)) {
            Files.deleteIfExists(folder.resolve(file));
        }
        removeExecs(folder.resolve(EXECS));
        removeEmpty(folder);
    }

    private static void removeExecs(Path notes) throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(notes)) {
            for (Path file : files) {
                Files.deleteIfExists(file);
            }
        } catch (NoSuchFileException e) {
            return;
        }
        Files.deleteIfExists(notes);
    }

    static void removeEmpty(Path folder) throws IOException {
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
            if (entries.iterator().hasNext()) {
                return;
            }
        } catch (NoSuchFileException e) {
            return;
        }
        Files.deleteIfExists(folder);
    }

    /// What was found in the folder of one container.
    sealed interface Found {
        record Whole(ContainerRecord record) implements Found {}

        /// The record cannot be read.
        record Torn(String id, String why) implements Found {}
    }

    /// What a monitor left that was killed in the middle is taken away; what others have in the folders stays.
    List<Found> loadAll() throws IOException {
        Files.createDirectories(containers);
        List<Found> all = new ArrayList<>();
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(containers)) {
            for (Path folder : folders) {
                try {
                    byte[] json = Files.readAllBytes(folder.resolve(RECORD));
                    all.add(new Found.Whole(RecordReader.read(ContainerRecord.class, json)));
                } catch (NoSuchFileException e) {
                    // a monitor was killed before its first record was in place, or while it removed what is left
                    remove(folder.getFileName().toString());
                } catch (IOException | RuntimeException e) {
                    all.add(new Found.Torn(folder.getFileName().toString(), String.valueOf(e.getMessage())));
                }
            }
        }
        return all;
    }
}
