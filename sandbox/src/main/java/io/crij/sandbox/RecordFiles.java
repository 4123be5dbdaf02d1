package io.crij.sandbox;

import io.crij.linux.At;
import io.crij.linux.Errno;
import io.crij.linux.ErrnoException;
import io.crij.linux.Fd;
import io.crij.linux.abi.FileFlags;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToIntFunction;

/// Records of one kind on disk: `FOLDER/ID/FILE`, JSON, written beside and put in place, synced by [Syncer] later.
/// Calls
/// for one id must not overlap.
///
/// A record that changes trades places with the one before it (`RENAME_EXCHANGE`), which stays beside it until the next
/// change overwrites it: ext4 writes a file out at once that is renamed over another one (half a millisecond), as one
/// that was emptied before.
final class RecordFiles<R> {
    private static final System.Logger LOG = System.getLogger(RecordFiles.class.getName());

    private final Path folder;
    private final String file;
    private final Path quarantine;
    private final Class<R> type;
    private final int newest;
    private final ToIntFunction<R> version;
    private final Syncer syncer;

    /// @param newest version of the form that is written here
    RecordFiles(Path data, String kind, Class<R> type, int newest, ToIntFunction<R> version, Syncer syncer) {
        this.folder = data.resolve(kind + "s");
        this.file = kind + ".json";
        this.quarantine = data.resolve("quarantine");
        this.type = type;
        this.newest = newest;
        this.version = version;
        this.syncer = syncer;
    }

    /// The folder of a record, for what belongs to it.
    Path folder(String id) {
        return folder.resolve(id);
    }

    void create(String id, R record) throws SandboxException.StorageFailed {
        try {
            Files.createDirectories(folder(id));
        } catch (IOException e) {
            throw new SandboxException.StorageFailed("make the folder", folder(id), e);
        }
        write(id, record);
    }

    void write(String id, R record) throws SandboxException.StorageFailed {
        Path target = folder(id).resolve(file);
        Path beside = beside(folder(id));
        try {
            byte[] json = Json.MAPPER.writeValueAsBytes(record);
            try (Fd out = Fd.open(beside.toString(), FileFlags.O_WRONLY | FileFlags.O_CREAT, 0600)) {
                out.write(json);
                out.truncate(json.length);
            }
            place(beside, target);
        } catch (IOException e) {
            throw new SandboxException.StorageFailed("write the record", target, e);
        }
        syncer.changed(target);
    }

    private static void place(Path beside, Path target) throws IOException {
        try {
            At.rename(Fd.CWD, beside.toString(), Fd.CWD, target.toString(), FileFlags.RENAME_EXCHANGE);
        } catch (ErrnoException e) {
            // the first one; or a file system where files cannot trade places
            if (e.errno() != Errno.ENOENT && e.errno() != Errno.EINVAL) {
                throw e;
            }
            At.rename(Fd.CWD, beside.toString(), Fd.CWD, target.toString(), 0);
        }
    }

    private Path beside(Path dir) {
        return dir.resolve(file + ".new");
    }

    /// Removes the record and its folder; not there is no error.
    void delete(String id) throws IOException {
        Path dir = folder(id);
        Files.deleteIfExists(dir.resolve(file));
        if (!Files.isDirectory(dir)) {
            return;
        }
        try (var rest = Files.list(dir)) {
            for (var entry : rest.toList()) {
                Files.deleteIfExists(entry);
            }
        }
        Files.deleteIfExists(dir);
        syncer.changed(folder);
    }

    /// All records that can be read; what cannot is set aside with the reason.
    List<R> load() throws SandboxException.StorageFailed {
        var records = new ArrayList<R>();
        try {
            Files.createDirectories(folder);
            try (var entries = Files.list(folder)) {
                for (var dir : entries.toList()) {
                    load(dir, records);
                }
            }
        } catch (IOException e) {
            throw new SandboxException.StorageFailed("read the records in", folder, e);
        }
        return records;
    }

    private void load(Path dir, List<R> records) throws IOException {
        try {
            R record = Json.MAPPER.readValue(Files.readAllBytes(dir.resolve(file)), type);
            if (version.applyAsInt(record) > newest) {
                setAside(
                        dir,
                        "was written by a newer version of crij (record version " + version.applyAsInt(record)
                                + ", this one knows " + newest + ")");
                return;
            }
            records.add(record);
        } catch (NoSuchFileException _) {
            // a crash between making the folder and the first write, or in the middle of a removal
            deleteRemains(dir);
        } catch (IOException | RuntimeException e) {
            setAside(dir, "cannot be read: " + e.getMessage());
        }
    }

    private void deleteRemains(Path dir) throws IOException {
        try (var rest = Files.list(dir)) {
            for (var entry : rest.toList()) {
                Files.deleteIfExists(entry);
            }
            Files.deleteIfExists(dir);
        } catch (DirectoryNotEmptyException e) {
            setAside(dir, "has no record but other files");
        }
    }

    private void setAside(Path dir, String reason) throws IOException {
        Files.createDirectories(quarantine);
        Path place = quarantine.resolve(file.replace(".json", "-") + dir.getFileName() + "-"
                + Instant.now().toEpochMilli());
        Files.move(dir, place);
        Files.writeString(place.resolve("reason.txt"), dir + " " + reason + "\n");
        LOG.log(
                Level.ERROR,
                "Record " + dir + " " + reason + "; it was moved to " + place
                        + ", and what it described is cleaned away");
    }
}
