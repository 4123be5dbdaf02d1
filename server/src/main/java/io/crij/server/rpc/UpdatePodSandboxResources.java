package io.crij.server.rpc;

import io.crij.cri.v1.UpdatePodSandboxResourcesRequest;
import io.crij.cri.v1.UpdatePodSandboxResourcesResponse;
import io.crij.sandbox.ContainerResources;
import io.crij.sandbox.Pods;
import io.crij.sandbox.SandboxException;
import io.crij.server.cri.Resources;
import io.crij.server.nri.Nri;
import java.util.Optional;

/// Takes note of the pod's new sums. The kubelet calls this after it has changed the pod's cgroup itself.
final class UpdatePodSandboxResources {
    private final Pods pods;
    private final Nri nri;

    UpdatePodSandboxResources(Pods pods, Nri nri) {
        this.pods = pods;
        this.nri = nri;
    }

    UpdatePodSandboxResourcesResponse call(UpdatePodSandboxResourcesRequest request)
            throws SandboxException, InterruptedException {
        var id = request.getPodSandboxId();
        nri.podUpdating(pods.find(id), request);
        Optional<ContainerResources> overhead =
                request.hasOverhead() ? Optional.of(Resources.of(request.getOverhead())) : Optional.empty();
        Optional<ContainerResources> resources =
                request.hasResources() ? Optional.of(Resources.of(request.getResources())) : Optional.empty();
        pods.updateResources(id, overhead, resources);
        nri.podUpdated(pods.find(id));
        return UpdatePodSandboxResourcesResponse.getDefaultInstance();
    }
}
