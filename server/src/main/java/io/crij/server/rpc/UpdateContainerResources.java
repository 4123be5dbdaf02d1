package io.crij.server.rpc;

import io.crij.cri.v1.UpdateContainerResourcesRequest;
import io.crij.cri.v1.UpdateContainerResourcesResponse;
import io.crij.sandbox.Containers;
import io.crij.sandbox.SandboxException;
import io.crij.server.cri.Resources;
import io.crij.server.spec.ResourceLimits;

/// Changes limits of a container.
final class UpdateContainerResources {
    private final Containers containers;
    private final ResourceLimits limits;

    UpdateContainerResources(Containers containers, ResourceLimits limits) {
        this.containers = containers;
        this.limits = limits;
    }

    UpdateContainerResourcesResponse call(UpdateContainerResourcesRequest request)
            throws SandboxException, InterruptedException {
        containers.updateResources(
                request.getContainerId(), now -> limits.change(request.getLinux(), Resources.message(now)));
        return UpdateContainerResourcesResponse.getDefaultInstance();
    }
}
