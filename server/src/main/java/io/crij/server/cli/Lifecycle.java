package io.crij.server.cli;

import static io.crij.server.cli.Failures.trying;

import io.crij.cri.v1.Container;
import io.crij.cri.v1.ContainerState;
import io.crij.cri.v1.PodSandbox;
import io.crij.cri.v1.PodSandboxState;
import io.crij.cri.v1.RemoveContainerRequest;
import io.crij.cri.v1.RemovePodSandboxRequest;
import io.crij.cri.v1.StopContainerRequest;
import io.crij.cri.v1.StopPodSandboxRequest;
import java.time.Duration;
import java.util.List;

/// Stopping and removing, the way the kubelet does it: containers first, then their pod.
final class Lifecycle {
    private static final Duration MARGIN = Duration.ofMinutes(2);

    private final CriClient client;
    private final Lookup lookup;

    Lifecycle(CriClient client) {
        this.client = client;
        this.lookup = new Lookup(client);
    }

    /// Stops the container or pod of that name; returns its id.
    String stop(String name, long graceSeconds) {
        var container = lookup.container(name);
        if (container.isPresent()) {
            stopContainer(container.get().getId(), graceSeconds);
            return container.get().getId();
        }
        var pod = pod(name);
        for (var each : containersOf(pod.getId())) {
            stopContainer(each.getId(), graceSeconds);
        }
        stopPod(pod.getId());
        return pod.getId();
    }

    /// Removes the container or pod of that name; returns its id.
    String remove(String name, boolean force) {
        var container = lookup.container(name);
        if (container.isPresent()) {
            refuseRunning(container.get(), force);
            removeContainer(container.get().getId());
            return container.get().getId();
        }
        var pod = pod(name);
        if (!force && pod.getState() == PodSandboxState.SANDBOX_READY) {
            containersOf(pod.getId()).forEach(c -> refuseRunning(c, false));
        }
        removePod(pod);
        return pod.getId();
    }

    /// Stops and removes a pod with all that is in it, and the log folder if it is one of `crij run`.
    void removePod(PodSandbox pod) {
        for (var each : containersOf(pod.getId())) {
            if (each.getState() == ContainerState.CONTAINER_RUNNING) {
                stopContainer(each.getId(), 0);
            }
            removeContainer(each.getId());
        }
        stopPod(pod.getId());
        trying(
                "remove pod " + pod.getId(),
                () -> client.runtime()
                        .removePodSandbox(RemovePodSandboxRequest.newBuilder()
                                .setPodSandboxId(pod.getId())
                                .build()));
        RunPod.removeLogs(pod);
    }

    void stopContainer(String id, long graceSeconds) {
        var request = StopContainerRequest.newBuilder()
                .setContainerId(id)
                .setTimeout(graceSeconds)
                .build();
        trying(
                "stop container " + id,
                () -> client.runtime(Duration.ofSeconds(graceSeconds).plus(MARGIN))
                        .stopContainer(request));
    }

    private void removeContainer(String id) {
        trying(
                "remove container " + id,
                () -> client.runtime()
                        .removeContainer(RemoveContainerRequest.newBuilder()
                                .setContainerId(id)
                                .build()));
    }

    private void stopPod(String id) {
        trying(
                "stop pod " + id,
                () -> client.runtime()
                        .stopPodSandbox(StopPodSandboxRequest.newBuilder()
                                .setPodSandboxId(id)
                                .build()));
    }

    private List<Container> containersOf(String podId) {
        return lookup.containers().stream()
                .filter(c -> c.getPodSandboxId().equals(podId))
                .toList();
    }

    private PodSandbox pod(String name) {
        return lookup.pod(name).orElseThrow(() -> Lookup.missing("container or pod", name, "crij ps -a; crij pods"));
    }

    private static void refuseRunning(Container container, boolean force) {
        if (!force && container.getState() == ContainerState.CONTAINER_RUNNING) {
            throw new CliException(
                    ExitCode.FAILED,
                    "container " + container.getMetadata().getName() + " (" + Words.shortId(container.getId())
                            + ") still runs; stop it first, or use --force");
        }
    }
}
