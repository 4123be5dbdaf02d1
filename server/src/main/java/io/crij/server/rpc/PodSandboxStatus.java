package io.crij.server.rpc;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import io.crij.cri.v1.PodSandboxStatusRequest;
import io.crij.cri.v1.PodSandboxStatusResponse;
import io.crij.sandbox.ContainerRecord;
import io.crij.sandbox.Containers;
import io.crij.sandbox.PodRecord;
import io.crij.sandbox.Pods;
import io.crij.sandbox.SandboxException;
import io.crij.server.cri.EncodedItems;
import io.crij.server.cri.PodAnswers;
import io.crij.server.cri.Times;
import io.crij.server.cri.VerboseInfo;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/// State and facts of a pod and its containers.
final class PodSandboxStatus {
    private final Pods pods;
    private final Containers containers;
    private final EncodedItems<ContainerRecord> containerStatuses;
    private final EncodedItems<PodRecord> statuses = new EncodedItems<>(PodRecord::id, PodAnswers::status);

    PodSandboxStatus(Pods pods, Containers containers, EncodedItems<ContainerRecord> containerStatuses) {
        this.pods = pods;
        this.containers = containers;
        this.containerStatuses = containerStatuses;
    }

    PodSandboxStatusResponse call(PodSandboxStatusRequest request) throws SandboxException {
        var pod = pods.find(request.getPodSandboxId());
        var inside = new ArrayList<ByteString>();
        for (var container : containers.inPod(pod.id())) {
            inside.add(containerStatuses.one(container, containers::list));
        }
        var answer = PodSandboxStatusResponse.newBuilder()
                .setTimestamp(Times.nanos(Instant.now()))
                .setUnknownFields(UnknownFieldSet.newBuilder()
                        .addField(
                                PodSandboxStatusResponse.STATUS_FIELD_NUMBER,
                                EncodedItems.values(List.of(statuses.one(pod, pods::list))))
                        .addField(
                                PodSandboxStatusResponse.CONTAINERS_STATUSES_FIELD_NUMBER, EncodedItems.values(inside))
                        .build());
        if (request.getVerbose()) {
            answer.putInfo("info", VerboseInfo.of(pod));
        }
        return answer.build();
    }
}
