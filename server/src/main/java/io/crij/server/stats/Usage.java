package io.crij.server.stats;

import io.crij.cri.v1.ContainerStats;
import io.crij.cri.v1.PodSandboxStats;
import io.crij.image.Snapshots;
import io.crij.linux.CgroupTree;
import io.crij.linux.ErrnoException;
import io.crij.sandbox.ContainerRecord;
import io.crij.sandbox.ContainerStatus;
import io.crij.sandbox.Containers;
import io.crij.sandbox.PodRecord;
import io.crij.sandbox.Pods;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Resource usage of containers and pods, read from the kernel when asked for. One that cannot be read does not spoil a
/// list: it is left out.
public final class Usage {
    private static final Logger LOG = LoggerFactory.getLogger(Usage.class);

    private final Pods pods;
    private final Containers containers;
    private final CpuRates rates;
    private final ContainerUsage containerUsage;
    private final PodUsage podUsage;

    /// @param interval how far two readings lie apart at least, from which a rate is computed
    public Usage(Pods pods, Containers containers, Snapshots snapshots, CgroupTree tree, Duration interval) {
        this.pods = pods;
        this.containers = containers;
        this.rates = new CpuRates(interval);
        var readings = new CgroupReadings(tree);
        this.containerUsage = new ContainerUsage(readings, rates, snapshots);
        this.podUsage = new PodUsage(readings, rates);
    }

    /// Of any container: one that has ended has used its writable layer.
    public ContainerStats of(ContainerRecord container) throws ErrnoException {
        return hasProcess(container) ? containerUsage.of(container) : containerUsage.withoutProcess(container);
    }

    /// Of a container that has a process; empty when it cannot be read any more.
    public Optional<ContainerStats> running(ContainerRecord container) {
        if (!hasProcess(container)) {
            return Optional.empty();
        }
        try {
            return Optional.of(containerUsage.of(container));
        } catch (ErrnoException e) {
            LOG.debug("no usage of container {}: {}", container.id(), e.getMessage());
            return Optional.empty();
        }
    }

    public PodSandboxStats of(PodRecord pod) throws ErrnoException {
        return podUsage.of(pod, runningIn(pod));
    }

    /// As [#of]; empty when it cannot be read any more.
    public Optional<PodSandboxStats> ready(PodRecord pod) {
        try {
            return pod.ready() ? Optional.of(of(pod)) : Optional.empty();
        } catch (ErrnoException e) {
            LOG.debug("no usage of pod {}: {}", pod.id(), e.getMessage());
            return Optional.empty();
        }
    }

    /// Forgets the readings of containers and pods that are gone.
    public void forgetTheGone() {
        var present = new HashSet<String>();
        containers.list().forEach(container -> present.add(container.cgroup()));
        pods.list().forEach(pod -> present.add(PodUsage.cgroup(pod)));
        rates.retain(present);
    }

    private List<ContainerStats> runningIn(PodRecord pod) {
        return containers.inPod(pod.id()).stream()
                .map(this::running)
                .flatMap(Optional::stream)
                .toList();
    }

    private static boolean hasProcess(ContainerRecord container) {
        return switch (container.status()) {
            case ContainerStatus.Created _, ContainerStatus.Running _ -> true;
            case ContainerStatus.Creating _, ContainerStatus.Exited _, ContainerStatus.Unknown _ -> false;
        };
    }
}
