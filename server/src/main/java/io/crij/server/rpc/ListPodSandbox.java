package io.crij.server.rpc;

import io.crij.cri.v1.ListPodSandboxRequest;
import io.crij.cri.v1.ListPodSandboxResponse;
import io.crij.cri.v1.PodSandbox;
import io.crij.cri.v1.PodSandboxFilter;
import io.crij.sandbox.PodRecord;
import io.crij.sandbox.Pods;
import io.crij.server.cri.EncodedItems;
import io.crij.server.cri.Filters;
import io.crij.server.cri.PodAnswers;
import java.util.List;
import java.util.stream.Stream;

/// The pods that a filter lets through.
final class ListPodSandbox {
    private final Pods pods;
    private final EncodedItems<PodRecord> encoded = new EncodedItems<>(PodRecord::id, PodAnswers::item);

    ListPodSandbox(Pods pods) {
        this.pods = pods;
    }

    ListPodSandboxResponse call(ListPodSandboxRequest request) {
        var all = pods.list();
        var wanted = request.hasFilter() ? wanted(all, request.getFilter()) : all;
        return ListPodSandboxResponse.newBuilder()
                .setUnknownFields(encoded.field(ListPodSandboxResponse.ITEMS_FIELD_NUMBER, wanted, all))
                .build();
    }

    private static List<PodRecord> wanted(List<PodRecord> all, PodSandboxFilter filter) {
        return all.stream().filter(pod -> Filters.matches(filter, pod)).toList();
    }

    Stream<PodSandbox> items(PodSandboxFilter filter) {
        return pods.list().stream().filter(pod -> Filters.matches(filter, pod)).map(PodAnswers::item);
    }
}
