package io.crij.server.cli;

import io.crij.cri.v1.Container;
import io.crij.cri.v1.ContainerMetadata;
import io.crij.cri.v1.ListContainersRequest;
import io.crij.cri.v1.ListContainersResponse;
import io.crij.cri.v1.ListPodSandboxRequest;
import io.crij.cri.v1.ListPodSandboxResponse;
import io.crij.cri.v1.PodSandbox;
import io.crij.cri.v1.PodSandboxMetadata;
import io.crij.cri.v1.RuntimeServiceGrpc;
import io.crij.server.transport.UnixServer;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A CRI server whose pods and containers a test writes down.
final class FakeCri extends RuntimeServiceGrpc.RuntimeServiceImplBase implements AutoCloseable {
    private static final int MESSAGE = 1 << 20;

    private final List<PodSandbox> pods = new ArrayList<>();
    private final List<Container> containers = new ArrayList<>();
    private final Path socket;
    private final UnixServer server;
    private @Nullable Status failure;

    FakeCri(Path folder) throws IOException {
        socket = folder.resolve("fake.sock");
        server = new UnixServer(socket, MESSAGE, MESSAGE, List.of(this));
    }

    Path socket() {
        return socket;
    }

    CriClient client() {
        return new CriClient(socket, Duration.ofSeconds(60));
    }

    FakeCri pod(String id, String name) {
        pods.add(PodSandbox.newBuilder()
                .setId(id)
                .setMetadata(PodSandboxMetadata.newBuilder().setName(name))
                .build());
        return this;
    }

    FakeCri container(String id, String name, String pod) {
        containers.add(Container.newBuilder()
                .setId(id)
                .setPodSandboxId(pod)
                .setMetadata(ContainerMetadata.newBuilder().setName(name))
                .build());
        return this;
    }

    /// Every list ends with this from now on.
    FakeCri failing(Status status) {
        failure = status;
        return this;
    }

    @Override
    public void listPodSandbox(ListPodSandboxRequest request, StreamObserver<ListPodSandboxResponse> answers) {
        answer(answers, ListPodSandboxResponse.newBuilder().addAllItems(pods).build());
    }

    @Override
    public void listContainers(ListContainersRequest request, StreamObserver<ListContainersResponse> answers) {
        answer(
                answers,
                ListContainersResponse.newBuilder().addAllContainers(containers).build());
    }

    private <T> void answer(StreamObserver<T> answers, T answer) {
        if (failure != null) {
            answers.onError(failure.asRuntimeException());
            return;
        }
        answers.onNext(answer);
        answers.onCompleted();
    }

    @Override
    public void close() {
        server.close();
    }
}
