package io.crij.server.rpc;

import io.crij.admin.v1.Progress;
import io.crij.image.ImageException;
import io.crij.image.Images;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Imports an archive that a client has sent.
final class LoadImages {
    private final Images images;
    private final Path folder;

    LoadImages(Images images, Path folder) {
        this.images = images;
        this.folder = folder;
    }

    /// A new empty file for the archive, on the disk that its layers will be on.
    Path newArchive() throws IOException {
        return Files.createTempFile(folder, "load-", ".tar");
    }

    void call(Path archive, StreamObserver<Progress> client) throws ImageException, InterruptedException {
        var progress = new ProgressStream(client);
        progress.phase("unpacking");
        progress.done(images.importArchive(archive, progress));
    }
}
