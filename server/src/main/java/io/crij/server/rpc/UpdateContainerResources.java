package io.crij.server.rpc;

import io.crij.cri.v1.UpdateContainerResourcesRequest;
import io.crij.cri.v1.UpdateContainerResourcesResponse;
import io.crij.sandbox.Containers;
import io.crij.sandbox.SandboxException;
import io.crij.server.nri.Nri;

/// Changes limits of a container.
final class UpdateContainerResources {
    private final Containers containers;
    private final Nri nri;

    UpdateContainerResources(Containers containers, Nri nri) {
        this.containers = containers;
        this.nri = nri;
    }

    UpdateContainerResourcesResponse call(UpdateContainerResourcesRequest request)
            throws SandboxException, InterruptedException {
        var id = request.getContainerId();
        containers.updateResources(id, nri.updating(id, request.getLinux()));
        nri.updated(id);
        return UpdateContainerResourcesResponse.getDefaultInstance();
    }
}
