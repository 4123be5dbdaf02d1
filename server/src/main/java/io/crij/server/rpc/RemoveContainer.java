package io.crij.server.rpc;

import io.crij.cri.v1.RemoveContainerRequest;
import io.crij.cri.v1.RemoveContainerResponse;
import io.crij.sandbox.Containers;
import io.crij.sandbox.SandboxException;

/// Removes a container, by force when it runs.
final class RemoveContainer {
    private final Containers containers;

    RemoveContainer(Containers containers) {
        this.containers = containers;
    }

    RemoveContainerResponse call(RemoveContainerRequest request) throws SandboxException, InterruptedException {
        containers.remove(request.getContainerId());
        return RemoveContainerResponse.getDefaultInstance();
    }
}
