package io.crij.server.rpc;

import io.crij.cri.v1.ListPodSandboxRequest;
import io.crij.cri.v1.ListPodSandboxResponse;
import io.crij.sandbox.Pods;
import io.crij.server.cri.Filters;
import io.crij.server.cri.PodAnswers;

/// The pods that a filter lets through.
final class ListPodSandbox {
    private final Pods pods;

    ListPodSandbox(Pods pods) {
        this.pods = pods;
    }

    ListPodSandboxResponse call(ListPodSandboxRequest request) {
        var answer = ListPodSandboxResponse.newBuilder();
        pods.list().stream()
                .filter(pod -> Filters.matches(request.getFilter(), pod))
                .map(PodAnswers::item)
                .forEach(answer::addItems);
        return answer.build();
    }
}
