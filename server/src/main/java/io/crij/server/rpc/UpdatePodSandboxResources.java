package io.crij.server.rpc;

import io.crij.cri.v1.UpdatePodSandboxResourcesRequest;
import io.crij.cri.v1.UpdatePodSandboxResourcesResponse;
import io.crij.sandbox.ContainerResources;
import io.crij.sandbox.Pods;
import io.crij.sandbox.SandboxException;
import io.crij.server.cri.Resources;
import java.util.Optional;

/// Takes note of the pod's new sums. The kubelet calls this after it has changed the pod's cgroup itself.
final class UpdatePodSandboxResources {
    private final Pods pods;

    UpdatePodSandboxResources(Pods pods) {
        this.pods = pods;
    }

    UpdatePodSandboxResourcesResponse call(UpdatePodSandboxResourcesRequest request) throws SandboxException {
        Optional<ContainerResources> overhead =
                request.hasOverhead() ? Optional.of(Resources.of(request.getOverhead())) : Optional.empty();
        Optional<ContainerResources> resources =
                request.hasResources() ? Optional.of(Resources.of(request.getResources())) : Optional.empty();
        pods.updateResources(request.getPodSandboxId(), overhead, resources);
        return UpdatePodSandboxResourcesResponse.getDefaultInstance();
    }
}
