package io.crij.server.rpc;

import io.crij.cri.v1.AuthConfig;
import io.crij.cri.v1.PullImageRequest;
import io.crij.cri.v1.PullImageResponse;
import io.crij.image.Credentials;
import io.crij.image.ImageException;
import io.crij.image.Images;
import io.crij.image.PullListener;
import io.crij.image.Reference;
import io.crij.server.metrics.PullMetrics;

/// Fetches an image. The answer is the image's id, the same that every other call shows.
final class PullImage {
    private final Images images;
    private final PullMetrics metrics;

    PullImage(Images images, PullMetrics metrics) {
        this.images = images;
        this.metrics = metrics;
    }

    PullImageResponse call(PullImageRequest request) throws ImageException, InterruptedException {
        var reference = Reference.parse(ImageNames.required(request.getImage()));
        var credentials = credentials(reference, request.getAuth());
        var image = metrics.measure(PullListener.SILENT, listener -> images.pull(reference, credentials, listener));
        return PullImageResponse.newBuilder().setImageRef(image.id().toString()).build();
    }

    static Credentials credentials(Reference reference, AuthConfig auth) throws ImageException {
        return Credentials.of(
                reference,
                auth.getUsername(),
                auth.getPassword(),
                auth.getAuth(),
                auth.getServerAddress(),
                auth.getIdentityToken(),
                auth.getRegistryToken());
    }
}
