package io.crij.server.rpc;

import io.crij.cri.v1.ListContainersRequest;
import io.crij.cri.v1.ListContainersResponse;
import io.crij.sandbox.Containers;
import io.crij.server.cri.ContainerAnswers;
import io.crij.server.cri.Filters;

/// The containers that a filter lets through.
final class ListContainers {
    private final Containers containers;

    ListContainers(Containers containers) {
        this.containers = containers;
    }

    ListContainersResponse call(ListContainersRequest request) {
        var answer = ListContainersResponse.newBuilder();
        containers.list().stream()
                .filter(container -> Filters.matches(request.getFilter(), container))
                .map(ContainerAnswers::item)
                .forEach(answer::addContainers);
        return answer.build();
    }
}
