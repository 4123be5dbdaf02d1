package io.crij.server.rpc;

import io.crij.cri.v1.StartContainerRequest;
import io.crij.cri.v1.StartContainerResponse;
import io.crij.sandbox.Containers;
import io.crij.sandbox.SandboxException;

/// Starts a created container.
final class StartContainer {
    private final Containers containers;

    StartContainer(Containers containers) {
        this.containers = containers;
    }

    StartContainerResponse call(StartContainerRequest request) throws SandboxException, InterruptedException {
        containers.start(request.getContainerId());
        return StartContainerResponse.getDefaultInstance();
    }
}
