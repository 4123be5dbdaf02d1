package io.crij.server.rpc;

import io.crij.cri.v1.Container;
import io.crij.cri.v1.ContainerFilter;
import io.crij.cri.v1.ListContainersRequest;
import io.crij.cri.v1.ListContainersResponse;
import io.crij.sandbox.Containers;
import io.crij.server.cri.ContainerAnswers;
import io.crij.server.cri.Filters;
import java.util.stream.Stream;

/// The containers that a filter lets through.
final class ListContainers {
    private final Containers containers;

    ListContainers(Containers containers) {
        this.containers = containers;
    }

    ListContainersResponse call(ListContainersRequest request) {
        var answer = ListContainersResponse.newBuilder();
        items(request.getFilter()).forEach(answer::addContainers);
        return answer.build();
    }

    Stream<Container> items(ContainerFilter filter) {
        return containers.list().stream()
                .filter(container -> Filters.matches(filter, container))
                .map(ContainerAnswers::item);
    }
}
