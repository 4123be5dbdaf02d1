package io.crij.image;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import io.crij.image.Records.Stored;
import io.crij.image.layer.UnpackedLayer.RootAttributes;
import io.crij.linux.At;
import io.crij.linux.ErrnoException;
import io.crij.linux.Fd;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The writable layers of containers, on top of their images' layers. While a snapshot exists its image's layers
/// stay,
/// even when
/// the image is removed. Kept on disk (`snapshots/<container>/` with `fs`, `work` and `snapshot.json`): known again
/// after a restart.
///
/// Thread-safe: the lock guards the map; it is held while a snapshot's folders are made. One thread of its own
/// counts
/// what the containers have written.
public final class Snapshots implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Snapshots.class.getName());
    private static final Duration FRESH = Duration.ofSeconds(10);
    private static final int REST = 4;

    private final Path folder;
    private final Layers layers;
    private final Records records;
    private final Object lock = new Object();
    private final Map<String, Snapshot> snapshots = new TreeMap<>();
    private final ExecutorService counter = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().daemon().name("snapshot-usage").factory());

    @JsonIgnoreProperties(ignoreUnknown = true)
    private record SnapshotFile(int version, String container, Digest image, List<String> layers) {
        SnapshotFile {
            Objects.requireNonNull(container);
            Objects.requireNonNull(image);
            layers = List.copyOf(layers);
        }
    }

    private static final class Snapshot {
        final SnapshotFile file;
        final OverlayLayers overlay;

        @Nullable
        DiskUsage usage;

        boolean counting;

        Snapshot(SnapshotFile file, OverlayLayers overlay) {
            this.file = file;
            this.overlay = overlay;
        }
    }

    Snapshots(Path root, Layers layers, Records records) throws IOException {
        this.folder = Files.createDirectories(root.resolve("snapshots"));
        this.layers = layers;
        this.records = records;
        try (Stream<Path> found = Files.list(folder)) {
            for (Path snapshot : found.toList()) {
                load(snapshot);
            }
        }
    }

    private void load(Path snapshot) {
        try {
            SnapshotFile file = StoreFiles.read(snapshot.resolve("snapshot.json"), SnapshotFile.class);
            List<Layer> held = layers.hold(file.layers()).orElseThrow(() -> new IOException("a layer is missing"));
            snapshots.put(file.container(), new Snapshot(file, overlay(snapshot, held)));
        } catch (NoSuchFileException e) {
            trash(snapshot); // its container was never told of it
        } catch (IOException e) {
            LOG.log(Level.WARNING, "snapshot {0} is damaged and is removed: {1}", snapshot, e.getMessage());
            trash(snapshot);
        }
    }

    private static OverlayLayers overlay(Path snapshot, List<Layer> held) {
        return new OverlayLayers(
                held.reversed().stream().map(Layer::folder).toList(), snapshot.resolve("fs"), snapshot.resolve("work"));
    }

    /// Makes a container's folders; they are the same when asked again.
    ///
    /// @param rootUid who owns `/` in the container as the host sees it, 0 without a user namespace
    /// @throws ImageException.NotFound when the store has no such image
    public OverlayLayers prepare(String containerId, Digest imageId, int rootUid, int rootGid) throws ImageException {
        if (!containerId.matches("[A-Za-z0-9_.+-]{1,255}") || containerId.startsWith(".")) {
            throw new IllegalArgumentException("\"" + containerId + "\" is no container id");
        }
        synchronized (lock) {
            Snapshot known = snapshots.get(containerId);
            if (known != null) {
                return known.overlay;
            }
            Stored image = records.find(imageId.toString())
                    .orElseThrow(() -> new ImageException.NotFound(
                            imageId.toString(),
                            "tried to prepare container " + containerId + " but image " + imageId
                                    + " is not on this machine: pull it first"));
            List<String> keys = image.record().layers();
            List<Layer> held = layers.hold(keys)
                    .orElseThrow(() -> new ImageException.NotFound(
                            imageId.toString(), "image " + imageId + " is being removed: pull it again"));
            try {
                checkThere(containerId, imageId, held);
                Snapshot made = make(new SnapshotFile(1, containerId, imageId, keys), held, rootUid, rootGid);
                snapshots.put(containerId, made);
                return made.overlay;
            } catch (ImageException.NotFound e) {
                layers.release(keys);
                throw e;
            } catch (IOException e) {
                layers.release(keys);
                trash(folder.resolve(containerId));
                throw StoreFiles.failed(folder, "make the folders of container " + containerId, e);
            }
        }
    }

    private static void checkThere(String containerId, Digest imageId, List<Layer> held)
            throws ImageException.NotFound {
        for (Layer layer : held) {
            if (!layer.isThere()) {
                throw new ImageException.NotFound(
                        imageId.toString(),
                        "tried to prepare container " + containerId + " but " + layer.folder() + " of image " + imageId
                                + " is gone: pull the image again");
            }
        }
    }

    public OverlayLayers prepare(String containerId, Digest imageId) throws ImageException {
        return prepare(containerId, imageId, 0, 0);
    }

    private Snapshot make(SnapshotFile file, List<Layer> held, int rootUid, int rootGid) throws IOException {
        Path snapshot = Files.createDirectory(folder.resolve(file.container()));
        OverlayLayers overlay = overlay(snapshot, held);
        // the overlay's root shows what the upper folder has
        RootAttributes root = held.reversed().stream()
                .flatMap(it -> it.root().stream())
                .findFirst()
                .orElse(new RootAttributes(0755, 0, 0));
        At.mkdir(Fd.CWD, overlay.upper().toString(), 0755);
        At.mkdir(Fd.CWD, overlay.work().toString(), 0755);
        At.chown(Fd.CWD, overlay.upper().toString(), root.uid() + rootUid, root.gid() + rootGid);
        At.chmod(Fd.CWD, overlay.upper().toString(), root.mode());
        StoreFiles.write(snapshot.resolve("snapshot.json"), StoreFiles.JSON.writeValueAsBytes(file), false);
        return new Snapshot(file, overlay);
    }

    public Optional<OverlayLayers> find(String containerId) {
        synchronized (lock) {
            return Optional.ofNullable(snapshots.get(containerId)).map(it -> it.overlay);
        }
    }

    /// Containers that have a snapshot.
    public List<String> list() {
        synchronized (lock) {
            return List.copyOf(snapshots.keySet());
        }
    }

    /// Removes a container's folders, which must not be mounted any more, and layers that only they needed.
    /// Unknown is
    /// no error.
    public void remove(String containerId) throws ImageException {
        synchronized (lock) {
            Snapshot snapshot = snapshots.get(containerId);
            if (snapshot == null) {
                return;
            }
            trash(folder.resolve(containerId));
            snapshots.remove(containerId);
            layers.release(snapshot.file.layers());
        }
    }

    private void trash(Path snapshot) {
        Path gone = layers.trashName();
        try {
            Files.move(snapshot, gone, StandardCopyOption.ATOMIC_MOVE);
            layers.deleteLater(gone);
        } catch (NoSuchFileException e) {
            // nothing had been made
        } catch (IOException e) {
            LOG.log(Level.WARNING, "snapshot {0} could not be removed: {1}", snapshot, e.toString());
        }
    }

    /// What the container has written, hard links counted once; counted in the background, so possibly some seconds
    /// old. Empty when
    /// unknown.
    public Optional<DiskUsage> usage(String containerId) {
        synchronized (lock) {
            Snapshot snapshot = snapshots.get(containerId);
            if (snapshot == null) {
                return Optional.empty();
            }
            boolean stale = snapshot.usage == null
                    || snapshot.usage.measuredAt().isBefore(Instant.now().minus(FRESH));
            if (stale && !snapshot.counting) {
                snapshot.counting = true;
                counter.execute(() -> count(snapshot));
            }
            return Optional.ofNullable(snapshot.usage);
        }
    }

    private void count(Snapshot snapshot) {
        long begin = System.nanoTime();
        Optional<DiskUsage> counted = Optional.empty();
        try {
            counted = Optional.of(TreeUsage.of(snapshot.overlay.upper()));
        } catch (ErrnoException e) {
            LOG.log(Level.DEBUG, "what {0} takes could not be counted: {1}", snapshot.overlay.upper(), e.getMessage());
        }
        synchronized (lock) {
            counted.ifPresent(it -> snapshot.usage = it);
            snapshot.counting = false;
        }
        rest(System.nanoTime() - begin);
    }

    /// Lets the disk to others for longer than the counting took: however many files there are, it never takes more
    /// than a fifth of a core, and what is large is counted more rarely.
    private static void rest(long worked) {
        try {
            Thread.sleep(Duration.ofNanos(worked).multipliedBy(REST));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // closed
        }
    }

    /// The sum over all containers of what was counted last.
    public DiskUsage usage() {
        List<DiskUsage> all = new ArrayList<>();
        for (String container : list()) {
            usage(container).ifPresent(all::add);
        }
        return new DiskUsage(
                all.stream().mapToLong(DiskUsage::bytes).sum(),
                all.stream().mapToLong(DiskUsage::inodes).sum(),
                all.stream().map(DiskUsage::measuredAt).min(Instant::compareTo).orElseGet(Instant::now));
    }

    /// Users and groups as the container sees them: its own `etc/passwd` if it wrote one, else the image's.
    public ImageUsers users(String containerId) throws ImageException {
        OverlayLayers overlay = find(containerId)
                .orElseThrow(() -> new ImageException.NotFound(
                        containerId, "container " + containerId + " has no root file system here"));
        List<Path> all = new ArrayList<>(overlay.lower());
        all.addFirst(overlay.upper());
        return ImageUsersFile.read(all);
    }

    /// The folder of all snapshots, for statistics of its file system.
    public Path root() {
        return folder;
    }

    @Override
    public void close() {
        counter.shutdownNow();
    }
}
