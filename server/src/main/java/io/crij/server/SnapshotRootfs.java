package io.crij.server;

import io.crij.image.ImageException;
import io.crij.image.Snapshots;
import io.crij.sandbox.RootfsStore;
import java.io.IOException;
import java.util.Collection;

/// Joins the writable layers of containers, which the image store keeps, with the life of the containers. A snapshot is
/// named after its container, with a suffix for each image that the container mounts as a volume.
public final class SnapshotRootfs implements RootfsStore {
    private static final String VOLUME = "-volume-";

    private final Snapshots snapshots;

    public SnapshotRootfs(Snapshots snapshots) {
        this.snapshots = snapshots;
    }

    /// The name of the snapshot for a container's image volume.
    public static String volume(String containerId, int index) {
        return containerId + VOLUME + index;
    }

    @Override
    public void release(String containerId) throws IOException {
        for (var name : snapshots.list()) {
            if (container(name).equals(containerId)) {
                remove(name);
            }
        }
    }

    @Override
    public void releaseAllBut(Collection<String> containerIds) throws IOException {
        for (var name : snapshots.list()) {
            if (!containerIds.contains(container(name))) {
                remove(name);
            }
        }
    }

    private void remove(String name) throws IOException {
        try {
            snapshots.remove(name);
        } catch (ImageException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    private static String container(String name) {
        int suffix = name.indexOf(VOLUME);
        return suffix < 0 ? name : name.substring(0, suffix);
    }
}
