package io.crij.server.rpc;

import io.crij.cri.v1.Container;
import io.crij.cri.v1.ContainerFilter;
import io.crij.cri.v1.ListContainersRequest;
import io.crij.cri.v1.ListContainersResponse;
import io.crij.sandbox.ContainerRecord;
import io.crij.sandbox.Containers;
import io.crij.server.cri.ContainerAnswers;
import io.crij.server.cri.EncodedItems;
import io.crij.server.cri.Filters;
import java.util.List;
import java.util.stream.Stream;

/// The containers that a filter lets through.
final class ListContainers {
    private final Containers containers;
    private final EncodedItems<ContainerRecord> encoded =
            new EncodedItems<>(ContainerRecord::id, ContainerAnswers::item);

    ListContainers(Containers containers) {
        this.containers = containers;
    }

    ListContainersResponse call(ListContainersRequest request) {
        var all = containers.list();
        var wanted = request.hasFilter() ? wanted(all, request.getFilter()) : all;
        return ListContainersResponse.newBuilder()
                .setUnknownFields(encoded.field(ListContainersResponse.CONTAINERS_FIELD_NUMBER, wanted, all))
                .build();
    }

    private static List<ContainerRecord> wanted(List<ContainerRecord> all, ContainerFilter filter) {
        return all.stream()
                .filter(container -> Filters.matches(filter, container))
                .toList();
    }

    Stream<Container> items(ContainerFilter filter) {
        return containers.list().stream()
                .filter(container -> Filters.matches(filter, container))
                .map(ContainerAnswers::item);
    }
}
