package io.crij.server.rpc;

import io.crij.cri.v1.RemovePodSandboxRequest;
import io.crij.cri.v1.RemovePodSandboxResponse;
import io.crij.sandbox.Pods;
import io.crij.sandbox.SandboxException;

/// Removes a pod and its containers, by force.
final class RemovePodSandbox {
    private final Pods pods;

    RemovePodSandbox(Pods pods) {
        this.pods = pods;
    }

    RemovePodSandboxResponse call(RemovePodSandboxRequest request) throws SandboxException, InterruptedException {
        pods.remove(request.getPodSandboxId());
        return RemovePodSandboxResponse.getDefaultInstance();
    }
}
