package io.crij.server.events;

import io.crij.cri.v1.ContainerEventResponse;
import io.crij.cri.v1.ContainerEventType;
import io.crij.sandbox.ContainerRecord;
import io.crij.sandbox.PodRecord;
import io.crij.server.cri.ContainerAnswers;
import io.crij.server.cri.PodAnswers;
import java.util.List;
import java.util.Optional;

/// Something that happened to a pod or container, and what was known of its pod right then. The message is made only
/// when somebody takes it.
///
/// @param id of the container, or of the pod
/// @param at nanoseconds since 1970; later happenings have later times
/// @param pod empty when it is gone and was never told of
/// @param containers of the pod
record Happening(
        ContainerEventType type, String id, long at, Optional<PodRecord> pod, List<ContainerRecord> containers) {

    ContainerEventResponse message() {
        var message = ContainerEventResponse.newBuilder()
                .setContainerId(id)
                .setContainerEventType(type)
                .setCreatedAt(at);
        pod.map(PodAnswers::status).ifPresent(message::setPodSandboxStatus);
        containers.stream().map(ContainerAnswers::status).forEach(message::addContainersStatuses);
        return message.build();
    }
}
