package io.crij.server.rpc;

import io.crij.cri.v1.ContainerStatusRequest;
import io.crij.cri.v1.ContainerStatusResponse;
import io.crij.sandbox.Containers;
import io.crij.sandbox.SandboxException;
import io.crij.server.cri.ContainerAnswers;
import io.crij.server.cri.VerboseInfo;

/// State and facts of a container, from its record alone.
final class ContainerStatus {
    private final Containers containers;

    ContainerStatus(Containers containers) {
        this.containers = containers;
    }

    ContainerStatusResponse call(ContainerStatusRequest request) throws SandboxException {
        var container = containers.find(request.getContainerId());
        var answer = ContainerStatusResponse.newBuilder().setStatus(ContainerAnswers.status(container));
        if (request.getVerbose()) {
            answer.putInfo("info", VerboseInfo.of(container, containers.spec(container.id())));
        }
        return answer.build();
    }
}
