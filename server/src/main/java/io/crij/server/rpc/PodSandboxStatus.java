package io.crij.server.rpc;

import io.crij.cri.v1.PodSandboxStatusRequest;
import io.crij.cri.v1.PodSandboxStatusResponse;
import io.crij.sandbox.Containers;
import io.crij.sandbox.Pods;
import io.crij.sandbox.SandboxException;
import io.crij.server.cri.ContainerAnswers;
import io.crij.server.cri.PodAnswers;
import io.crij.server.cri.Times;
import io.crij.server.cri.VerboseInfo;
import java.time.Instant;

/// State and facts of a pod and its containers.
final class PodSandboxStatus {
    private final Pods pods;
    private final Containers containers;

    PodSandboxStatus(Pods pods, Containers containers) {
        this.pods = pods;
        this.containers = containers;
    }

    PodSandboxStatusResponse call(PodSandboxStatusRequest request) throws SandboxException {
        var pod = pods.find(request.getPodSandboxId());
        var answer = PodSandboxStatusResponse.newBuilder()
                .setStatus(PodAnswers.status(pod))
                .setTimestamp(Times.nanos(Instant.now()));
        containers.inPod(pod.id()).stream().map(ContainerAnswers::status).forEach(answer::addContainersStatuses);
        if (request.getVerbose()) {
            answer.putInfo("info", VerboseInfo.of(pod));
        }
        return answer.build();
    }
}
