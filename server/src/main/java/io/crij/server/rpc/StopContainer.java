package io.crij.server.rpc;

import io.crij.cri.v1.StopContainerRequest;
import io.crij.cri.v1.StopContainerResponse;
import io.crij.sandbox.Containers;
import io.crij.sandbox.SandboxException;
import java.time.Duration;

/// Stops a container: its stop signal, then SIGKILL when the time is over.
final class StopContainer {
    private final Containers containers;

    StopContainer(Containers containers) {
        this.containers = containers;
    }

    StopContainerResponse call(StopContainerRequest request) throws SandboxException, InterruptedException {
        containers.stop(request.getContainerId(), Duration.ofSeconds(Math.max(0, request.getTimeout())));
        return StopContainerResponse.getDefaultInstance();
    }
}
