package io.crij.server.cli;

import static io.crij.server.cli.Failures.trying;

import io.crij.admin.v1.PullRequest;
import io.crij.cri.v1.AuthConfig;
import io.crij.cri.v1.Image;
import io.crij.cri.v1.ImageSpec;
import io.crij.cri.v1.ImageStatusRequest;
import io.crij.cri.v1.PullImageRequest;
import io.grpc.Status;
import io.grpc.StatusException;
import java.io.PrintWriter;
import java.util.Optional;

/// Fetches an image through the server: with progress where the server is cri-j, without where it is another one.
final class ImagePull {
    private final CriClient client;
    private final PrintWriter err;

    ImagePull(CriClient client, PrintWriter err) {
        this.client = client;
        this.err = err;
    }

    /// The image as the server knows it, if it is there.
    Optional<Image> present(String reference) {
        var answer = trying(
                "look for image " + reference,
                () -> client.images()
                        .imageStatus(ImageStatusRequest.newBuilder()
                                .setImage(spec(reference))
                                .build()));
        return answer.hasImage() ? Optional.of(answer.getImage()) : Optional.empty();
    }

    /// Returns the image's id.
    String pull(String reference, AuthConfig auth) throws InterruptedException {
        var progress = new Progress(err, "pull " + reference, Terminal.isStderr());
        try {
            return withProgress(reference, auth, progress);
        } catch (StatusException e) {
            if (e.getStatus().getCode() != Status.Code.UNIMPLEMENTED) {
                throw Failures.failure("pull " + reference, e);
            }
            return plain(reference, auth);
        } finally {
            progress.end();
        }
    }

    private String withProgress(String reference, AuthConfig auth, Progress progress)
            throws StatusException, InterruptedException {
        var request = PullRequest.newBuilder().setImage(reference).setAuth(auth).build();
        var answers = client.admin().pull(request);
        var last = io.crij.admin.v1.Progress.getDefaultInstance();
        while (answers.hasNext()) {
            last = answers.read();
            progress.show(last);
        }
        return last.getImagesCount() == 0 ? reference : last.getImages(0).getId();
    }

    private String plain(String reference, AuthConfig auth) {
        var request = PullImageRequest.newBuilder()
                .setImage(spec(reference))
                .setAuth(auth)
                .build();
        return trying("pull " + reference, () -> client.imagesWithoutDeadline().pullImage(request))
                .getImageRef();
    }

    private static ImageSpec spec(String reference) {
        return ImageSpec.newBuilder().setImage(reference).build();
    }
}
