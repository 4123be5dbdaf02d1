package io.crij.image;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import io.crij.image.layer.UnpackedLayer;
import io.crij.image.layer.UnpackedLayer.RootAttributes;
import io.crij.linux.At;
import io.crij.linux.Directory;
import io.crij.linux.ErrnoException;
import io.crij.linux.Fd;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The unpacked layers: `layers/<number>/fs` with `layer.json` beside it. Numbers keep the paths short, since overlayfs
/// takes all of an image's layers in one page of text. A layer appears by one rename when it is whole, and goes when
/// nobody holds it: image records, snapshots and running pulls each hold the layers they need.
///
/// Thread-safe: the lock guards the maps and the renames. Removed trees are deleted by one thread of its own.
final class Layers implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Layers.class.getName());

    private final Path folder;
    private final Path staging;
    private final Object lock = new Object();
    private final Map<String, Layer> layers = new HashMap<>();
    private final Map<String, Integer> holders = new HashMap<>();
    private final ExecutorService cleaner = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().daemon().name("image-cleaner").factory());
    private final int umask;
    private final LayerTurns turns = new LayerTurns();
    private long lastNumber;

    @JsonIgnoreProperties(ignoreUnknown = true)
    private record LayerFile(
            int version,
            String key,
            long bytes,
            long inodes,
            @Nullable Integer rootMode,
            @Nullable Integer rootUid,
            @Nullable Integer rootGid) {
        LayerFile {
            Objects.requireNonNull(key);
        }
    }

    /// Finds the layers on the disk; none is held yet.
    Layers(Path root) throws IOException {
        this.folder = Files.createDirectories(root.resolve("layers"));
        this.staging = Files.createDirectories(root.resolve("staging"));
        try (Stream<Path> left = Files.list(staging)) {
            left.toList().forEach(this::deleteLater);
        }
        this.umask = umaskIn(staging);
        try (Stream<Path> numbers = Files.list(folder)) {
            for (Path number : numbers.toList()) {
                load(number);
            }
        }
    }

    /// Java has no call for it: what is missing from a folder made with all bits is the umask.
    private static int umaskIn(Path staging) throws ErrnoException {
        String probe = staging.resolve("umask-" + UUID.randomUUID()).toString();
        At.mkdir(Fd.CWD, probe, 0777);
        int mode = At.stat(Fd.CWD, probe).permissions();
        At.rmdir(Fd.CWD, probe);
        return ~mode & 0777;
    }

    /// Who fetches which layer.
    LayerTurns turns() {
        return turns;
    }

    /// The umask of this process.
    int umask() {
        return umask;
    }

    private void load(Path number) {
        String name = number.getFileName().toString();
        try {
            lastNumber = Math.max(lastNumber, Long.parseLong(name));
            LayerFile file = StoreFiles.read(number.resolve("layer.json"), LayerFile.class);
            Optional<RootAttributes> root = file.rootMode() == null || file.rootUid() == null || file.rootGid() == null
                    ? Optional.empty()
                    : Optional.of(new RootAttributes(file.rootMode(), file.rootUid(), file.rootGid()));
            Layer layer = new Layer(file.key(), number.resolve("fs"), file.bytes(), file.inodes(), root);
            if (!layer.isThere()) {
                throw new IOException("its files are missing");
            }
            layers.put(layer.key(), layer);
        } catch (IOException | NumberFormatException e) {
            LOG.log(Level.WARNING, "layer folder {0} cannot be read and is removed: {1}", number, e.getMessage());
            trash(number);
        }
    }

    /// Finds a layer under either name and holds it. One whose files somebody has removed counts as missing, so that
    /// the
    /// next pull mends it.
    Optional<Layer> hold(LayerKey key) {
        synchronized (lock) {
            Layer layer = layers.containsKey(key.alone()) ? layers.get(key.alone()) : layers.get(key.chain());
            if (layer == null || !layer.isThere()) {
                return Optional.empty();
            }
            holders.merge(layer.key(), 1, Integer::sum);
            return Optional.of(layer);
        }
    }

    /// Holds layers by the names they have in the store.
    ///
    /// @return empty, and nothing held, when one of them is missing
    Optional<List<Layer>> hold(List<String> keys) {
        synchronized (lock) {
            List<Layer> held = new ArrayList<>();
            for (String key : keys) {
                Layer layer = layers.get(key);
                if (layer == null) {
                    return Optional.empty();
                }
                held.add(layer);
            }
            keys.forEach(key -> holders.merge(key, 1, Integer::sum));
            return Optional.of(held);
        }
    }

    /// Gives layers back; those that nobody holds are removed.
    void release(List<String> keys) {
        synchronized (lock) {
            for (String key : keys) {
                if (holders.merge(key, -1, Integer::sum) <= 0) {
                    holders.remove(key);
                    remove(key);
                }
            }
        }
    }

    /// Removes every layer that nobody holds.
    void sweep() {
        synchronized (lock) {
            List.copyOf(layers.keySet()).stream()
                    .filter(key -> !holders.containsKey(key))
                    .forEach(this::remove);
        }
    }

    private void remove(String key) {
        Layer layer = layers.remove(key);
        if (layer != null) {
            trash(number(layer));
        }
    }

    /// Where something goes that is to be deleted: what is left there is deleted at the next start.
    Path trashName() {
        return staging.resolve("trash-" + UUID.randomUUID());
    }

    private static Path number(Layer layer) {
        return Objects.requireNonNull(layer.folder().getParent());
    }

    private void trash(Path number) {
        Path gone = trashName();
        try {
            Files.move(number, gone, StandardCopyOption.ATOMIC_MOVE);
            deleteLater(gone);
        } catch (IOException e) {
            LOG.log(Level.WARNING, "layer folder {0} could not be removed: {1}", number, e.toString());
        }
    }

    /// A new folder for a layer that is being unpacked, reachable by root only; `fs` in it is empty.
    Path stage() throws IOException {
        Path stage = Files.createDirectory(staging.resolve(UUID.randomUUID().toString()));
        Files.setPosixFilePermissions(
                stage,
                EnumSet.of(
                        PosixFilePermission.OWNER_READ,
                        PosixFilePermission.OWNER_WRITE,
                        PosixFilePermission.OWNER_EXECUTE));
        Path fs = Files.createDirectory(stage.resolve("fs"));
        Files.setPosixFilePermissions(fs, java.nio.file.attribute.PosixFilePermissions.fromString("rwxr-xr-x"));
        return stage;
    }

    /// Makes a staged layer visible and holds it; one that has come in meanwhile wins.
    Layer commit(Path stage, String key, UnpackedLayer unpacked) throws IOException {
        RootAttributes root = unpacked.root().orElse(null);
        LayerFile file = new LayerFile(
                1,
                key,
                unpacked.bytes(),
                unpacked.inodes(),
                root == null ? null : root.mode(),
                root == null ? null : root.uid(),
                root == null ? null : root.gid());
        Files.write(stage.resolve("layer.json"), StoreFiles.JSON.writeValueAsBytes(file));
        synchronized (lock) {
            Layer layer = layers.get(key);
            if (layer == null) {
                Path number = folder.resolve(Long.toString(++lastNumber));
                Files.move(stage, number, StandardCopyOption.ATOMIC_MOVE);
                layer = new Layer(key, number.resolve("fs"), unpacked.bytes(), unpacked.inodes(), unpacked.root());
                layers.put(key, layer);
            } else if (layer.isThere()) {
                deleteLater(stage);
            } else {
                mend(layer, stage);
            }
            holders.merge(key, 1, Integer::sum);
            return layer;
        }
    }

    /// Puts files in the place of those that are gone, for all who hold the layer.
    private void mend(Layer layer, Path stage) throws IOException {
        Files.createDirectories(number(layer));
        Files.move(stage.resolve("fs"), layer.folder(), StandardCopyOption.ATOMIC_MOVE);
        Files.move(
                stage.resolve("layer.json"),
                number(layer).resolve("layer.json"),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
        deleteLater(stage);
    }

    /// Deletes a folder of the staging area in the background.
    void deleteLater(Path gone) {
        cleaner.execute(() -> {
            try {
                Directory.deleteTree(gone.toString());
            } catch (ErrnoException e) {
                LOG.log(
                        Level.WARNING,
                        "{0} could not be deleted, the next start tries again: {1}",
                        gone,
                        e.getMessage());
            }
        });
    }

    /// Sums over all layers, from what was counted when they were unpacked.
    long[] bytesAndInodes() {
        synchronized (lock) {
            long bytes = layers.values().stream().mapToLong(Layer::bytes).sum();
            long inodes = layers.values().stream().mapToLong(Layer::inodes).sum();
            return new long[] {bytes, inodes};
        }
    }

    /// Waits a moment for what has been removed to be deleted from the disk; the rest is the next start's.
    @Override
    public void close() {
        cleaner.shutdown();
        try {
            if (!cleaner.awaitTermination(5, TimeUnit.SECONDS)) {
                LOG.log(Level.INFO, "what is left in {0} is deleted at the next start", staging);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
