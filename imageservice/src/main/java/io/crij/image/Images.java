package io.crij.image;

import io.crij.image.Records.Stored;
import io.crij.image.registry.RegistryContent;
import io.crij.linux.Fd;
import io.crij.linux.abi.FileFlags;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/// The images of a node: the face of this package. One instance per [ImageSettings#root]; a lock file keeps a
/// second
/// process away.
///
/// Thread-safe. Methods that talk to a registry block; interrupting the calling thread gives them up and leaves
/// nothing
/// behind.
public final class Images implements AutoCloseable {
    private final ImageSettings settings;
    private final Fd lockFile;
    private final Layers layers;
    private final Blobs blobs;
    private final Records records;
    private final Snapshots snapshots;
    private final SharedPulls pulls = new SharedPulls();

    /// Opens the store and makes it when it is missing: what a killed process left half is removed.
    public Images(ImageSettings settings) throws ImageException {
        this.settings = settings;
        Path root = settings.root();
        try {
            Files.createDirectories(root);
            // layers hold set-user-id programs and devices: nobody but root may reach them
            Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwx------"));
            this.lockFile = lock(root.resolve("lock"));
            this.layers = new Layers(root);
            this.blobs = new Blobs(root);
            this.records = new Records(root, layers, blobs, image -> isPinned(settings.pinned(), image));
            this.snapshots = new Snapshots(root, layers, records);
        } catch (IOException e) {
            throw StoreFiles.failed(root, "open the image store", e);
        }
        layers.sweep();
    }

    private static Fd lock(Path file) throws IOException {
        Fd fd = Fd.open(file.toString(), FileFlags.O_RDWR | FileFlags.O_CREAT, 0600);
        if (!fd.tryLock()) {
            fd.close();
            throw new IOException("another process uses it: stop that one, or give this one another folder");
        }
        return fd;
    }

    /// Fetches an image, or what of it is missing, and names it. Equal pulls at the same time are one.
    public Image pull(Reference reference, Credentials credentials, PullListener listener)
            throws ImageException, InterruptedException {
        return pulls.pull(new SharedPulls.Key(reference, credentials), listener, progress -> {
            try (RegistryContent content = new RegistryContent(reference, credentials, settings)) {
                ImageRecord record = new Pull(settings, layers, blobs, records, content, progress)
                        .run(new Pull.Names() {
                            @Override
                            public List<String> tags() {
                                return reference.repoTag().stream().toList();
                            }

                            @Override
                            public List<String> digests(Digest root) {
                                return List.of(reference.repoDigest(root));
                            }
                        });
                return find(record.id().toString())
                        .orElseThrow(() -> new ImageException.NotFound(
                                reference.toString(), reference + " was removed while it was pulled: pull it again"));
            }
        });
    }

    /// The image with this id (with or without `sha256:`), prefix of an id (three digits or more), `name:tag` or
    /// `name@digest`. An
    /// ambiguous prefix finds nothing.
    public Optional<Image> find(String idOrName) {
        return records.find(idOrName).map(Stored::image);
    }

    /// All images, by id.
    public List<Image> list() {
        return records.list().stream().map(Stored::image).toList();
    }

    private static boolean isPinned(Set<String> pinned, ImageRecord image) {
        return !pinned.isEmpty()
                && Stream.concat(image.tags().stream(), image.digests().stream())
                        .anyMatch(name -> isPinned(pinned, name));
    }

    private static boolean isPinned(Set<String> pinned, String name) {
        return pinned.stream()
                .anyMatch(it -> it.endsWith("*") ? name.startsWith(it.substring(0, it.length() - 1)) : name.equals(it));
    }

    /// Removes an image with all its names. Layers go when no image and no container's [Snapshots] needs them.
    /// Unknown
    /// is no error.
    public void remove(String idOrName) throws ImageException {
        Optional<Stored> found = records.find(idOrName);
        if (found.isEmpty()) {
            return;
        }
        try {
            records.remove(found.get().record().id());
        } catch (IOException e) {
            throw StoreFiles.failed(settings.root(), "remove image " + idOrName, e);
        }
    }

    /// Takes images from an OCI layout (folder or tar) or a `docker save` tar, each tar plain, gzip or zstd.
    ///
    /// @return the images of the archive that are for this machine
    public List<Image> importArchive(Path file, PullListener listener) throws ImageException, InterruptedException {
        Path scratch = scratch();
        try {
            List<Image> images = new ArrayList<>();
            for (Archive.Entry entry : Archive.open(file, scratch, settings).entries()) {
                ImageRecord record = new Pull(settings, layers, blobs, records, entry.content(), listener).run(entry);
                find(record.id().toString()).ifPresent(images::add);
            }
            if (images.isEmpty()) {
                throw new ImageException.InvalidArchive(file, "it holds no image for " + settings.platform());
            }
            return images;
        } finally {
            layers.deleteLater(scratch);
        }
    }

    private Path scratch() throws ImageException {
        try {
            return Files.createDirectory(layers.trashName());
        } catch (IOException e) {
            throw StoreFiles.failed(settings.root(), "make a folder for the archive", e);
        }
    }

    /// What images and layers take; counted while they are unpacked.
    public DiskUsage usage() {
        long[] sums = layers.bytesAndInodes();
        return new DiskUsage(sums[0], sums[1], Instant.now());
    }

    /// The writable layers of containers.
    public Snapshots snapshots() {
        return snapshots;
    }

    /// Users and groups that an image knows.
    public ImageUsers users(Digest imageId) throws ImageException {
        ImageException.NotFound missing = new ImageException.NotFound(
                imageId.toString(), "image " + imageId + " is not on this machine: pull it first");
        List<String> keys = records.find(imageId.toString())
                .orElseThrow(() -> missing)
                .record()
                .layers();
        List<Layer> held = layers.hold(keys).orElseThrow(() -> missing);
        try {
            List<Path> folders =
                    new ArrayList<>(held.reversed().stream().map(Layer::folder).toList());
            return folders.isEmpty() ? new ImageUsers(List.of(), List.of()) : ImageUsersFile.read(folders);
        } finally {
            layers.release(keys);
        }
    }

    /// Waits a few seconds for new images to be on the disk and removed ones to be gone from it.
    @Override
    public void close() {
        snapshots.close();
        records.close();
        layers.close();
        lockFile.close();
    }
}
