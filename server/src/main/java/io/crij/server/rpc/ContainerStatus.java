package io.crij.server.rpc;

import io.crij.cri.v1.ContainerStatusRequest;
import io.crij.cri.v1.ContainerStatusResponse;
import io.crij.sandbox.ContainerRecord;
import io.crij.sandbox.Containers;
import io.crij.sandbox.SandboxException;
import io.crij.server.cri.EncodedItems;
import io.crij.server.cri.VerboseInfo;
import java.util.List;

/// State and facts of a container, from its record alone.
final class ContainerStatus {
    private final Containers containers;
    private final EncodedItems<ContainerRecord> statuses;

    ContainerStatus(Containers containers, EncodedItems<ContainerRecord> statuses) {
        this.containers = containers;
        this.statuses = statuses;
    }

    ContainerStatusResponse call(ContainerStatusRequest request) throws SandboxException {
        var container = containers.find(request.getContainerId());
        var status = statuses.one(container, containers::list);
        var answer = ContainerStatusResponse.newBuilder()
                .setUnknownFields(EncodedItems.field(ContainerStatusResponse.STATUS_FIELD_NUMBER, List.of(status)));
        if (request.getVerbose()) {
            answer.putInfo("info", VerboseInfo.of(container, containers.spec(container.id())));
        }
        return answer.build();
    }
}
