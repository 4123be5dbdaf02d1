package io.crij.server.rpc;

import io.crij.admin.v1.Progress;
import io.crij.admin.v1.PullRequest;
import io.crij.image.ImageException;
import io.crij.image.Images;
import io.crij.image.Reference;
import io.grpc.stub.StreamObserver;
import java.util.List;

/// Fetches an image and tells how far it is.
final class PullWithProgress {
    private final Images images;

    PullWithProgress(Images images) {
        this.images = images;
    }

    void call(PullRequest request, StreamObserver<Progress> client) throws ImageException, InterruptedException {
        var progress = new ProgressStream(client);
        var reference = Reference.parse(request.getImage());
        progress.phase("resolving");
        var image = images.pull(reference, PullImage.credentials(reference, request.getAuth()), progress);
        progress.done(List.of(image));
    }
}
