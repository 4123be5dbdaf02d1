package io.crij.server.stats;

import com.google.protobuf.ByteString;
import io.crij.cri.v1.ContainerStats;
import io.crij.cri.v1.PodSandboxStats;
import io.crij.image.Snapshots;
import io.crij.linux.CgroupTree;
import io.crij.linux.ErrnoException;
import io.crij.linux.ResourceLimit;
import io.crij.sandbox.ContainerRecord;
import io.crij.sandbox.Containers;
import io.crij.sandbox.PodRecord;
import io.crij.sandbox.Pods;
import io.crij.sandbox.SandboxEvent;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Resource usage of containers and pods, read from the kernel when asked for, from files that are held open. One that
/// cannot be read does not spoil a list: it is left out.
public final class Usage implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Usage.class);
    /// Descriptors for cgroups: at most this many, and a part of what the process may have.
    private static final int MOST_DESCRIPTORS = 8_192;
    private static final int PART = 4;

    private final Pods pods;
    private final Containers containers;
    private final Snapshots snapshots;
    private final OpenCgroups cgroups;
    private final ContainerUsage containerUsage;
    private final PodUsage podUsage;
    private final Sampler sampler;
    private final Gathering gathering = new Gathering();

    /// @param interval how far the two readings lie apart, at least, from which a rate is computed
    public Usage(Pods pods, Containers containers, Snapshots snapshots, CgroupTree tree, Duration interval)
            throws ErrnoException {
        this.pods = pods;
        this.containers = containers;
        this.snapshots = snapshots;
        this.cgroups = new OpenCgroups(tree, descriptors());
        var rates = new CpuRates(interval);
        var interfaces = new PodInterfaces();
        this.containerUsage = new ContainerUsage(cgroups, rates, snapshots, containers::list);
        this.podUsage = new PodUsage(cgroups, rates, containerUsage, new Processes(tree), interfaces, pods::list);
        this.sampler = new Sampler(pods, containers, cgroups, rates, containerUsage, podUsage, interfaces, interval);
    }

    private static int descriptors() throws ErrnoException {
        long soft = ResourceLimit.of(0, ResourceLimit.Kind.NOFILE).soft();
        return soft == ResourceLimit.UNLIMITED ? MOST_DESCRIPTORS : (int) Math.min(MOST_DESCRIPTORS, soft / PART);
    }

    /// Begins to sample; once the pods and containers of an earlier server are known.
    public void start() {
        sampler.start();
    }

    /// Hears what becomes of containers: how much one has written is counted from its start, and the files of one that
    /// has ended are closed.
    public void on(SandboxEvent event) {
        switch (event) {
            case SandboxEvent.ContainerStarted(ContainerRecord container) -> snapshots.usage(container.id());
            case SandboxEvent.ContainerExited(ContainerRecord container) ->
                cgroups.close(containerUsage.cgroup(container));
            case SandboxEvent.PodReady _,
                    SandboxEvent.PodNotReady _,
                    SandboxEvent.PodRemoved _,
                    SandboxEvent.ContainerCreated _,
                    SandboxEvent.ContainerRemoved _,
                    SandboxEvent.NetworkOperated _ -> {
                // the sampler sees to pods
            }
        }
    }

    /// Of any container: one that does not run has used its writable layer.
    public ContainerStats of(ContainerRecord container) throws ErrnoException {
        return Census.runs(container)
                ? containerUsage.of(container, new FileText())
                : containerUsage.withoutProcess(container);
    }

    /// Of the containers that run. Each is read when the stream comes to it; for one thread.
    public Stream<ContainerStats> running(Predicate<ContainerRecord> wanted) {
        var text = new FileText();
        return containers.list().stream()
                .filter(Census::runs)
                .filter(wanted)
                .map(container -> running(container, text))
                .flatMap(Optional::stream);
    }

    /// As [#running], all of them now and in their wire form.
    public List<ByteString> allRunning(Predicate<ContainerRecord> wanted) {
        var subjects =
                containers.list().stream().filter(Census::runs).filter(wanted).toList();
        return gathering.all(
                subjects, (container, text) -> running(container, text).map(ContainerStats::toByteString));
    }

    private Optional<ContainerStats> running(ContainerRecord container, FileText text) {
        try {
            return Optional.of(containerUsage.of(container, text));
        } catch (ErrnoException e) {
            LOG.debug("no usage of container {}: {}", container.id(), e.getMessage());
            return Optional.empty();
        }
    }

    /// Of any pod: one that is not ready uses nothing.
    public PodSandboxStats of(PodRecord pod) throws ErrnoException {
        return pod.ready() ? podUsage.of(pod, census(), new FileText()) : podUsage.withoutProcess(pod);
    }

    /// Of the pods that are ready. Each is read when the stream comes to it; for one thread.
    public Stream<PodSandboxStats> ready(Predicate<PodRecord> wanted) {
        var text = new FileText();
        var census = census();
        return pods.list().stream()
                .filter(PodRecord::ready)
                .filter(wanted)
                .map(pod -> ready(pod, census, text))
                .flatMap(Optional::stream);
    }

    /// As [#ready], all of them now and in their wire form.
    public List<ByteString> allReady(Predicate<PodRecord> wanted) {
        var census = census();
        var subjects =
                pods.list().stream().filter(PodRecord::ready).filter(wanted).toList();
        return gathering.all(subjects, (pod, text) -> ready(pod, census, text).map(PodSandboxStats::toByteString));
    }

    private Optional<PodSandboxStats> ready(PodRecord pod, Census census, FileText text) {
        try {
            return Optional.of(podUsage.of(pod, census, text));
        } catch (ErrnoException e) {
            LOG.debug("no usage of pod {}: {}", pod.id(), e.getMessage());
            return Optional.empty();
        }
    }

    private Census census() {
        return new Census(pods.list(), containers.list());
    }

    @Override
    public void close() {
        sampler.close();
        cgroups.close();
    }
}
