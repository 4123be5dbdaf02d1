package io.crij.server.rpc;

import io.crij.admin.v1.AdminGrpc;
import io.crij.admin.v1.LoadRequest;
import io.crij.admin.v1.Progress;
import io.crij.admin.v1.PullRequest;
import io.crij.image.Images;
import io.crij.server.call.Calls;
import io.crij.server.metrics.PullMetrics;
import io.grpc.stub.StreamObserver;
import java.nio.file.Path;

/// What the `crij` command line uses beside the CRI.
public final class AdminEndpoint extends AdminGrpc.AdminImplBase {
    private final Calls calls;
    private final PullWithProgress pull;
    private final LoadImages load;

    /// @param folder where archives lie while they are imported
    public AdminEndpoint(Calls calls, Images images, PullMetrics pulls, Path folder) {
        this.calls = calls;
        pull = new PullWithProgress(images, pulls);
        load = new LoadImages(images, folder);
    }

    @Override
    public void pull(PullRequest request, StreamObserver<Progress> client) {
        calls.streaming("Pull", request, client, pull::call);
    }

    @Override
    public StreamObserver<LoadRequest> load(StreamObserver<Progress> client) {
        return new Upload(calls, load, client);
    }
}
