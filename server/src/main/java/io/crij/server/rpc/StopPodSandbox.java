package io.crij.server.rpc;

import io.crij.cri.v1.StopPodSandboxRequest;
import io.crij.cri.v1.StopPodSandboxResponse;
import io.crij.sandbox.Pods;
import io.crij.sandbox.SandboxException;

/// Stops a pod and its containers.
final class StopPodSandbox {
    private final Pods pods;

    StopPodSandbox(Pods pods) {
        this.pods = pods;
    }

    StopPodSandboxResponse call(StopPodSandboxRequest request) throws SandboxException, InterruptedException {
        pods.stop(request.getPodSandboxId());
        return StopPodSandboxResponse.getDefaultInstance();
    }
}
