package io.crij.monitor;

import io.crij.oci.json.RecordReader;
import io.crij.oci.json.RecordWriter;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/// The monitor's records on tmpfs, one folder per container: `monitor.json` with the [ContainerRecord] and
/// `monitor.pump` with the [PumpJournal]. A record is replaced whole (temp, rename), so a kill leaves the old or the
/// new
/// one. Calls for one container come one at a time.
final class RecordFolder {
    private static final System.Logger LOG = System.getLogger(RecordFolder.class.getName());
    private static final String RECORD = "monitor.json";
    private static final String NEXT = "monitor.json.new";
    private static final String JOURNAL = "monitor.pump";

    private final Path containers;

    /// @param state the state folder, `/run/crij`
    RecordFolder(Path state) {
        containers = state.resolve("containers");
    }

    Path journal(String id) {
        return containers.resolve(id).resolve(JOURNAL);
    }

    void save(ContainerRecord record) throws IOException {
        Path folder = containers.resolve(record.id());
        Files.createDirectories(folder);
        Path next = folder.resolve(NEXT);
        Files.write(next, RecordWriter.write(record, Objects::isNull));
        Files.move(next, folder.resolve(RECORD), StandardCopyOption.ATOMIC_MOVE);
    }

    /// Removes our files, and the folder when nothing else is in it.
    void remove(String id) throws IOException {
        Path folder = containers.resolve(id);
        Files.deleteIfExists(folder.resolve(RECORD));
        Files.deleteIfExists(folder.resolve(NEXT));
        Files.deleteIfExists(folder.resolve(JOURNAL));
        removeEmpty(folder);
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

    /// All records; one that cannot be read is reported and left out.
    List<ContainerRecord> loadAll() throws IOException {
        Files.createDirectories(containers);
        List<ContainerRecord> records = new ArrayList<>();
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(containers)) {
            for (Path folder : folders) {
                Path file = folder.resolve(RECORD);
                try {
                    records.add(RecordReader.read(ContainerRecord.class, Files.readAllBytes(file)));
                } catch (NoSuchFileException e) {
                    LOG.log(System.Logger.Level.DEBUG, folder + " is not a container of this monitor");
                } catch (IOException e) {
                    LOG.log(
                            System.Logger.Level.ERROR,
                            "the record " + file + " cannot be read; its container is not monitored: "
                                    + e.getMessage());
                }
            }
        }
        return records;
    }
}
