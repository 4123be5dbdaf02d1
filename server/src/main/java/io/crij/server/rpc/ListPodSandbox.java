package io.crij.server.rpc;

import io.crij.cri.v1.ListPodSandboxRequest;
import io.crij.cri.v1.ListPodSandboxResponse;
import io.crij.cri.v1.PodSandbox;
import io.crij.cri.v1.PodSandboxFilter;
import io.crij.sandbox.Pods;
import io.crij.server.cri.Filters;
import io.crij.server.cri.PodAnswers;
import java.util.stream.Stream;

/// The pods that a filter lets through.
final class ListPodSandbox {
    private final Pods pods;

    ListPodSandbox(Pods pods) {
        this.pods = pods;
    }

    ListPodSandboxResponse call(ListPodSandboxRequest request) {
        var answer = ListPodSandboxResponse.newBuilder();
        items(request.getFilter()).forEach(answer::addItems);
        return answer.build();
    }

    Stream<PodSandbox> items(PodSandboxFilter filter) {
        return pods.list().stream().filter(pod -> Filters.matches(filter, pod)).map(PodAnswers::item);
    }
}
