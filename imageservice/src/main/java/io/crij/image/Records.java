package io.crij.image;

import io.crij.linux.ErrnoException;
import io.crij.linux.Fd;
import io.crij.linux.abi.FileFlags;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;

/// The images of the store by id and name. A name belongs to one image at a time.
///
/// Thread-safe: the lock makes changes one after the other and is held while a record's small file is written; lock
/// order is this one before the one of [Layers]. Who looks something up waits for nobody, and may find a name that is
/// given to another image at this moment with either. A thread of its own brings the content of new images to the disk
/// (syncfs) and then marks their records: until then a record names the boot it was written in.
final class Records implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Records.class.getName());

    /// A record with its parsed configuration.
    ///
    /// @param image what is told of it
    record Stored(ImageRecord record, ConfigFile config, Image image) {}

    private final Path folder;
    private final Layers layers;
    private final Blobs blobs;
    private final Predicate<ImageRecord> pinned;
    private final String boot;
    private final Object lock = new Object();
    private final ConcurrentSkipListMap<String, Stored> images = new ConcurrentSkipListMap<>();
    private boolean closed;
    private final ExecutorService syncer = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().daemon().name("image-sync").factory());

    /// @param pinned whether an image must not be removed by a garbage collector
    Records(Path root, Layers layers, Blobs blobs, Predicate<ImageRecord> pinned) throws IOException {
        this.folder = Files.createDirectories(root.resolve("images"));
        this.layers = layers;
        this.blobs = blobs;
        this.pinned = pinned;
        this.boot = Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip();
        List<ImageRecord> found = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                load(file).ifPresent(found::add);
            }
        }
        adopt(found);
    }

    private Optional<ImageRecord> load(Path file) throws IOException {
        try {
            ImageRecord record = StoreFiles.read(file, ImageRecord.class);
            boolean current = record.version() == ImageRecord.VERSION && file.equals(file(record.id()));
            boolean safe =
                    record.unsyncedBoot() == null || record.unsyncedBoot().equals(boot);
            if (current && safe) {
                return Optional.of(record);
            }
            LOG.log(Level.WARNING, "image record {0} is removed: its content may not have reached the disk", file);
        } catch (IOException e) {
            LOG.log(Level.WARNING, "image record {0} cannot be read and is removed: {1}", file, e.getMessage());
        }
        Files.deleteIfExists(file);
        return Optional.empty();
    }

    private void adopt(List<ImageRecord> found) throws IOException {
        Set<String> taken = new HashSet<>();
        // the newest first: it has a name that two records claim, when a process was killed between their files
        for (ImageRecord record : found.stream()
                .sorted(Comparator.comparingLong(ImageRecord::pulledAt).reversed())
                .toList()) {
            try {
                ConfigFile config = ConfigFile.parse(blobs.read(record.id()), "configuration " + record.id());
                if (layers.hold(record.layers()).isEmpty()) {
                    throw new IOException("a layer is missing");
                }
                List<String> own = record.tags().stream().filter(taken::add).toList();
                images.put(record.id().toString(), stored(record.withTags(own), config));
            } catch (IOException | ImageException.InvalidManifest e) {
                LOG.log(Level.WARNING, "image {0} is damaged and is removed: {1}", record.id(), e.getMessage());
                Files.deleteIfExists(file(record.id()));
            }
        }
        Set<Digest> wanted = new HashSet<>();
        for (Stored known : images.values()) {
            wanted.add(known.record().id());
            wanted.addAll(known.record().manifests());
        }
        blobs.keepOnly(wanted);
        if (images.values().stream().anyMatch(it -> it.record().unsyncedBoot() != null)) {
            syncer.execute(this::sync);
        }
    }

    private Stored stored(ImageRecord record, ConfigFile config) {
        return new Stored(record, config, record.image(config, pinned.test(record)));
    }

    private Path file(Digest id) {
        return folder.resolve(id.hex() + ".json");
    }

    /// Adds an image, or names to one that is there. The record holds the layers from now on; what the caller holds
    /// stays its own.
    ImageRecord put(ImageRecord added, ConfigFile config) throws IOException {
        synchronized (lock) {
            Stored old = images.get(added.id().toString());
            ImageRecord record = (old == null ? added : old.record().joined(added)).withUnsyncedBoot(boot);
            if (layers.hold(record.layers()).isEmpty()) {
                throw new IOException("a layer of the image has been removed");
            }
            try {
                write(record, false);
            } catch (IOException e) {
                layers.release(record.layers());
                throw e;
            }
            images.put(record.id().toString(), stored(record, config));
            if (old != null) {
                layers.release(old.record().layers());
            }
            takeNamesFromOthers(record);
            syncer.execute(this::sync);
            return record;
        }
    }

    private void takeNamesFromOthers(ImageRecord owner) throws IOException {
        for (Stored other : List.copyOf(images.values())) {
            List<String> left = other.record().tags().stream()
                    .filter(it -> !owner.tags().contains(it))
                    .toList();
            if (!other.record().id().equals(owner.id())
                    && left.size() < other.record().tags().size()) {
                ImageRecord changed = other.record().withTags(left);
                write(changed, false);
                images.put(changed.id().toString(), stored(changed, other.config()));
            }
        }
    }

    private void write(ImageRecord record, boolean durable) throws IOException {
        StoreFiles.write(file(record.id()), StoreFiles.JSON.writeValueAsBytes(record), durable);
    }

    /// Removes an image with all its names and gives its layers back.
    void remove(Digest id) throws IOException {
        synchronized (lock) {
            Stored known = images.get(id.toString());
            if (known == null) {
                return;
            }
            Files.deleteIfExists(file(id));
            images.remove(id.toString());
            layers.release(known.record().layers());
            blobs.remove(id);
            for (Digest manifest : known.record().manifests()) {
                blobs.remove(manifest);
            }
        }
    }

    Optional<Stored> find(String idOrName) {
        var exact = images.get(idOrName);
        return exact != null
                ? Optional.of(exact)
                : byRecordedName(idOrName).or(() -> byName(idOrName)).or(() -> byId(idOrName));
    }

    List<Stored> list() {
        return List.copyOf(images.values());
    }

    /// Asked most often, by kubelet: with a tag as it is written here.
    private Optional<Stored> byRecordedName(String name) {
        for (Stored stored : images.values()) {
            if (stored.record().tags().contains(name)) {
                return Optional.of(stored);
            }
        }
        return Optional.empty();
    }

    private Optional<Stored> byName(String name) {
        Reference reference;
        try {
            reference = Reference.parse(name);
        } catch (ImageException.InvalidReference e) {
            return Optional.empty();
        }
        Optional<String> digest = reference.digest().map(reference::repoDigest);
        Optional<String> tag = reference.repoTag();
        return images.values().stream()
                .filter(it -> digest.isPresent()
                        ? it.record().digests().contains(digest.get())
                        : tag.isPresent() && it.record().tags().contains(tag.get()))
                .findFirst();
    }

    private Optional<Stored> byId(String text) {
        String id = text.startsWith("sha256:") ? text : "sha256:" + text;
        Stored exact = images.get(id);
        if (exact != null) {
            return Optional.of(exact);
        }
        if (!id.matches("sha256:[0-9a-f]{3,64}")) {
            return Optional.empty();
        }
        List<Stored> begun = images.entrySet().stream()
                .filter(it -> it.getKey().startsWith(id))
                .map(Map.Entry::getValue)
                .toList();
        return begun.size() == 1 ? Optional.of(begun.getFirst()) : Optional.empty();
    }

    private void sync() {
        List<ImageRecord> unsynced;
        synchronized (lock) {
            unsynced = images.values().stream()
                    .map(Stored::record)
                    .filter(it -> it.unsyncedBoot() != null)
                    .toList();
        }
        if (unsynced.isEmpty()) {
            return;
        }
        try (Fd fd = Fd.open(folder.toString(), FileFlags.O_RDONLY | FileFlags.O_DIRECTORY)) {
            fd.syncfs();
            for (ImageRecord record : unsynced) {
                markSynced(record);
            }
            fd.fsync();
        } catch (ErrnoException e) {
            LOG.log(
                    Level.WARNING,
                    "images could not be synced to the disk, a power cut would lose them: {0}",
                    e.getMessage());
        } catch (IOException e) {
            LOG.log(
                    Level.WARNING,
                    "an image record could not be written, a power cut would lose it: {0}",
                    e.getMessage());
        }
    }

    private void markSynced(ImageRecord before) throws IOException {
        synchronized (lock) {
            Stored now = images.get(before.id().toString());
            // new layers may have come since: then the next round marks it
            if (!closed
                    && now != null
                    && now.record().layers().equals(before.layers())
                    && now.record().manifests().equals(before.manifests())) {
                ImageRecord synced = now.record().withUnsyncedBoot(null);
                write(synced, true);
                images.put(synced.id().toString(), stored(synced, now.config()));
            }
        }
    }

    /// Waits a moment for the disk; a sync that takes longer writes nothing any more.
    @Override
    public void close() {
        syncer.shutdown();
        try {
            if (!syncer.awaitTermination(5, TimeUnit.SECONDS)) {
                LOG.log(Level.INFO, "new images are not on the disk yet; the next start sees to it");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        synchronized (lock) {
            closed = true;
        }
    }
}
