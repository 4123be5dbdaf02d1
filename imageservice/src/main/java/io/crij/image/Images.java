package io.crij.image;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// The images of a node: the face of this package. One instance per [ImageSettings#root]; a lock file keeps a second
/// process away.
///
/// Thread-safe. Methods that talk to a registry block; interrupting the calling thread gives them up and leaves nothing
/// behind.
public final class Images implements AutoCloseable {

    /// Opens the store and makes it: what a killed process left half is removed.
    public Images(ImageSettings settings) throws ImageException {
        throw new UnsupportedOperationException("opens " + settings.root());
    }

    /// Fetches an image, or what of it is missing, and names it. Equal pulls at the same time are one.
    public Image pull(Reference reference, Credentials credentials, PullListener listener)
            throws ImageException, InterruptedException {
        throw new UnsupportedOperationException(reference + " " + credentials + " " + listener);
    }

    /// The image with this id (with or without `sha256:`), prefix of an id, `name:tag` or `name@digest`. An ambiguous
    /// prefix finds nothing.
    public Optional<Image> find(String idOrName) {
        throw new UnsupportedOperationException(idOrName);
    }

    /// All images, by id.
    public List<Image> list() {
        throw new UnsupportedOperationException();
    }

    /// Removes an image with all its names. Layers go when no image and no container's [Snapshots] needs them. Unknown
    /// is no error.
    public void remove(String idOrName) throws ImageException {
        throw new UnsupportedOperationException(idOrName);
    }

    /// Takes images from an OCI layout (folder or tar) or a `docker save` tar, each tar plain, gzip or zstd.
    ///
    /// @return the images of the archive that are for this machine
    public List<Image> importArchive(Path file, PullListener listener) throws ImageException, InterruptedException {
        throw new UnsupportedOperationException(file + " " + listener);
    }

    /// What images and layers take; counted in the background, so possibly some seconds old.
    public DiskUsage usage() {
        throw new UnsupportedOperationException();
    }

    /// The writable layers of containers.
    public Snapshots snapshots() {
        throw new UnsupportedOperationException();
    }

    /// Users and groups that an image knows.
    public ImageUsers users(Digest imageId) throws ImageException {
        throw new UnsupportedOperationException(imageId.toString());
    }

    @Override
    public void close() {}
}
