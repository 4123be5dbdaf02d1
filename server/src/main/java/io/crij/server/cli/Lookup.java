package io.crij.server.cli;

import static io.crij.server.cli.Failures.trying;

import io.crij.cri.v1.Container;
import io.crij.cri.v1.ListContainersRequest;
import io.crij.cri.v1.ListPodSandboxRequest;
import io.crij.cri.v1.PodSandbox;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/// Finds pods and containers by what a person types: an id, the beginning of one, or a name.
final class Lookup {
    private final CriClient client;

    Lookup(CriClient client) {
        this.client = client;
    }

    List<PodSandbox> pods() {
        return trying(
                        "list the pods",
                        () -> client.runtime().listPodSandbox(ListPodSandboxRequest.getDefaultInstance()))
                .getItemsList();
    }

    List<Container> containers() {
        return trying(
                        "list the containers",
                        () -> client.runtime().listContainers(ListContainersRequest.getDefaultInstance()))
                .getContainersList();
    }

    Optional<PodSandbox> pod(String wanted) {
        return one(
                "pod", wanted, pods(), PodSandbox::getId, p -> p.getMetadata().getName());
    }

    Optional<Container> container(String wanted) {
        return one(
                "container",
                wanted,
                containers(),
                Container::getId,
                c -> c.getMetadata().getName());
    }

    /// A pod's name or id stands for its container when it has only one.
    Container containerOrFail(String wanted) {
        return container(wanted)
                .or(() -> pod(wanted).map(this::only))
                .orElseThrow(() -> missing("container", wanted, "crij ps -a"));
    }

    private Container only(PodSandbox pod) {
        var inside = containers().stream()
                .filter(c -> c.getPodSandboxId().equals(pod.getId()))
                .toList();
        if (inside.size() != 1) {
            throw new CliException(
                    ExitCode.FAILED,
                    "pod " + pod.getMetadata().getName() + " has " + inside.size()
                            + " containers; say which by its id: crij ps -a");
        }
        return inside.getFirst();
    }

    static CliException missing(String kind, String wanted, String list) {
        return new CliException(
                ExitCode.NOT_FOUND, "there is no " + kind + " " + wanted + " here; what there is: " + list);
    }

    /// Exact ids win over names, names over beginnings of ids.
    private static <T> Optional<T> one(
            String kind, String wanted, List<T> all, Function<T, String> id, Function<T, String> name) {
        var exact = all.stream().filter(t -> id.apply(t).equals(wanted)).findFirst();
        if (exact.isPresent()) {
            return exact;
        }
        var named = all.stream().filter(t -> name.apply(t).equals(wanted)).toList();
        var found = named.isEmpty()
                ? all.stream().filter(t -> id.apply(t).startsWith(wanted)).toList()
                : named;
        if (found.size() > 1) {
            throw new CliException(
                    ExitCode.FAILED,
                    wanted + " is " + found.size() + " " + kind + "s: "
                            + String.join(
                                    ", ",
                                    found.stream().map(id).map(Words::shortId).toList())
                            + "; say which by its id");
        }
        return found.stream().findFirst();
    }
}
