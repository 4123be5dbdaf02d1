package io.crij.server.stats;

import io.crij.sandbox.ContainerRecord;
import io.crij.sandbox.ContainerStatus;
import io.crij.sandbox.PodRecord;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Who was there at one moment: the running containers of each pod, and which pods have a cgroup to themselves.
final class Census {
    private final Map<String, List<ContainerRecord>> running = new HashMap<>();
    private final Set<String> parents = new HashSet<>();
    private final Set<String> shared = new HashSet<>();

    Census(List<PodRecord> pods, List<ContainerRecord> containers) {
        for (var pod : pods) {
            if (pod.ready() && !parents.add(pod.cgroupParent())) {
                shared.add(pod.cgroupParent());
            }
        }
        for (var container : containers) {
            if (runs(container)) {
                running.computeIfAbsent(container.podId(), _ -> new ArrayList<>())
                        .add(container);
            }
        }
    }

    static boolean runs(ContainerRecord container) {
        return container.status() instanceof ContainerStatus.Running;
    }

    List<ContainerRecord> in(PodRecord pod) {
        return running.getOrDefault(pod.id(), List.of());
    }

    /// The kubelet makes a cgroup for each pod. A pod without one has processes in a parent that is not its own, and
    /// what it uses is the sum of them.
    boolean hasOwnCgroup(PodRecord pod) {
        return !pod.config().cgroupParent().isEmpty() && !shared.contains(pod.cgroupParent());
    }
}
