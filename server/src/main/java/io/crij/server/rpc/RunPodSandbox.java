package io.crij.server.rpc;

import io.crij.cri.v1.RunPodSandboxRequest;
import io.crij.cri.v1.RunPodSandboxResponse;
import io.crij.sandbox.Pods;
import io.crij.sandbox.SandboxException;
import io.crij.server.cri.PodRequests;

/// Starts a pod.
final class RunPodSandbox {
    private final Pods pods;

    RunPodSandbox(Pods pods) {
        this.pods = pods;
    }

    RunPodSandboxResponse call(RunPodSandboxRequest request) throws SandboxException, InterruptedException {
        var pod = pods.run(PodRequests.config(request.getConfig()), request.getRuntimeHandler());
        return RunPodSandboxResponse.newBuilder().setPodSandboxId(pod.id()).build();
    }
}
