package io.crij.server.rpc;

import io.crij.admin.v1.Progress;
import io.crij.admin.v1.PullRequest;
import io.crij.image.ImageException;
import io.crij.image.Images;
import io.crij.image.Reference;
import io.crij.server.metrics.PullMetrics;
import io.grpc.stub.StreamObserver;
import java.util.List;

/// Fetches an image and tells how far it is.
final class PullWithProgress {
    private final Images images;
    private final PullMetrics metrics;

    PullWithProgress(Images images, PullMetrics metrics) {
        this.images = images;
        this.metrics = metrics;
    }

    void call(PullRequest request, StreamObserver<Progress> client) throws ImageException, InterruptedException {
        var progress = new ProgressStream(client);
        var reference = Reference.parse(request.getImage());
        progress.phase("resolving");
        var credentials = PullImage.credentials(reference, request.getAuth());
        var image = metrics.measure(progress, listener -> images.pull(reference, credentials, listener));
        progress.done(List.of(image));
    }
}
