package io.crij.server.rpc;

import io.crij.cri.v1.ReopenContainerLogRequest;
import io.crij.cri.v1.ReopenContainerLogResponse;
import io.crij.sandbox.Containers;
import io.crij.sandbox.SandboxException;

/// Opens a container's log file anew after it was rotated.
final class ReopenContainerLog {
    private final Containers containers;

    ReopenContainerLog(Containers containers) {
        this.containers = containers;
    }

    ReopenContainerLogResponse call(ReopenContainerLogRequest request) throws SandboxException, InterruptedException {
        containers.reopenLog(request.getContainerId());
        return ReopenContainerLogResponse.getDefaultInstance();
    }
}
