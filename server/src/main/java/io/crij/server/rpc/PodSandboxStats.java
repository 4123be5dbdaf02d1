package io.crij.server.rpc;

import io.crij.cri.v1.PodSandboxStatsRequest;
import io.crij.cri.v1.PodSandboxStatsResponse;
import io.crij.linux.ErrnoException;
import io.crij.sandbox.Pods;
import io.crij.sandbox.SandboxException;
import io.crij.server.stats.Usage;

/// Resource usage of one pod.
final class PodSandboxStats {
    private final Pods pods;
    private final Usage usage;

    PodSandboxStats(Pods pods, Usage usage) {
        this.pods = pods;
        this.usage = usage;
    }

    PodSandboxStatsResponse call(PodSandboxStatsRequest request) throws SandboxException, ErrnoException {
        var pod = pods.find(request.getPodSandboxId());
        return PodSandboxStatsResponse.newBuilder().setStats(usage.of(pod)).build();
    }
}
