package io.crij.image;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// The writable layers of containers, on top of their images' layers. While a snapshot exists its image's layers stay,
/// even when
/// the image is removed. Kept on disk: known again after a restart.
///
/// Thread-safe.
public final class Snapshots {
    Snapshots() {}

    /// Makes a container's folders; they are the same when asked again.
    ///
    /// @param rootUid who owns `/` in the container as the host sees it, 0 without a user namespace
    public OverlayLayers prepare(String containerId, Digest imageId, int rootUid, int rootGid) throws ImageException {
        throw new UnsupportedOperationException(containerId + imageId + rootUid + rootGid);
    }

    public OverlayLayers prepare(String containerId, Digest imageId) throws ImageException {
        return prepare(containerId, imageId, 0, 0);
    }

    public Optional<OverlayLayers> find(String containerId) {
        throw new UnsupportedOperationException(containerId);
    }

    /// Containers that have a snapshot.
    public List<String> list() {
        throw new UnsupportedOperationException();
    }

    /// Removes a container's folders, which must not be mounted any more, and layers that only they needed. Unknown is
    /// no error.
    public void remove(String containerId) throws ImageException {
        throw new UnsupportedOperationException(containerId);
    }

    /// What the container has written; counted in the background, so possibly some seconds old. Empty when unknown.
    public Optional<DiskUsage> usage(String containerId) {
        throw new UnsupportedOperationException(containerId);
    }

    /// Users and groups as the container sees them: its own `etc/passwd` if it wrote one, else the image's.
    public ImageUsers users(String containerId) throws ImageException {
        throw new UnsupportedOperationException(containerId);
    }

    /// The folder of all snapshots, for statistics of its file system.
    public Path root() {
        throw new UnsupportedOperationException();
    }
}
