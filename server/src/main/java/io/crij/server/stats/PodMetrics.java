package io.crij.server.stats;

import com.google.protobuf.ByteString;
import io.crij.cri.v1.ContainerMetrics;
import io.crij.cri.v1.MetricDescriptor;
import io.crij.cri.v1.PodSandboxMetrics;
import io.crij.image.Snapshots;
import io.crij.linux.CgroupTree;
import io.crij.linux.ErrnoException;
import io.crij.sandbox.ContainerRecord;
import io.crij.sandbox.Containers;
import io.crij.sandbox.PodRecord;
import io.crij.sandbox.Pods;
import io.crij.server.config.Config.MetricGroup;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The metrics of pods and containers under the names that cAdvisor gave them, so that the kubelet can do without it.
public final class PodMetrics {
    private static final Logger LOG = LoggerFactory.getLogger(PodMetrics.class);
    private static final Family LAST_SEEN =
            Family.gauge("container_last_seen", "Last time a container was seen by the exporter.");

    private final Pods pods;
    private final Containers containers;
    private final CgroupTree tree;
    private final List<MetricSource> sources;
    private final @Nullable NetworkMetrics network;
    private final List<MetricDescriptor> descriptors;
    private final Gathering gathering = new Gathering();

    /// @param groups those that are read
    public PodMetrics(Pods pods, Containers containers, Snapshots snapshots, CgroupTree tree, Set<MetricGroup> groups) {
        this.pods = pods;
        this.containers = containers;
        this.tree = tree;
        this.network = groups.contains(MetricGroup.NETWORK) ? new NetworkMetrics() : null;
        var all = sources(snapshots);
        all.keySet().retainAll(groups);
        this.sources = List.copyOf(all.values());
        this.descriptors = descriptors(sources, network != null);
    }

    private static Map<MetricGroup, MetricSource> sources(Snapshots snapshots) {
        var all = new EnumMap<MetricGroup, MetricSource>(MetricGroup.class);
        all.put(MetricGroup.CPU, new CpuMetrics());
        all.put(MetricGroup.MEMORY, new MemoryMetrics());
        all.put(MetricGroup.DISK, new DiskMetrics(snapshots));
        all.put(MetricGroup.DISK_IO, new IoMetrics());
        all.put(MetricGroup.HUGETLB, new HugetlbMetrics());
        all.put(MetricGroup.OOM, new OomMetrics());
        all.put(MetricGroup.PROCESS, new ProcessMetrics());
        all.put(MetricGroup.SPEC, new SpecMetrics());
        all.put(MetricGroup.PRESSURE, new PressureMetrics());
        return all;
    }

    private static List<MetricDescriptor> descriptors(List<MetricSource> sources, boolean network) {
        var families = new ArrayList<Family>(List.of(LAST_SEEN));
        sources.forEach(source -> families.addAll(source.families()));
        if (network) {
            NetworkMetrics.families().forEach(families::add);
        }
        return families.stream().map(Family::descriptor).toList();
    }

    /// Of all that [#list] may give; the same as long as the server lives.
    public List<MetricDescriptor> descriptors() {
        return descriptors;
    }

    /// Of the pods that are ready. Each is read when the stream comes to it; for one thread.
    public Stream<PodSandboxMetrics> list() {
        var text = new FileText();
        var census = new Census(pods.list(), containers.list());
        return pods.list().stream().filter(PodRecord::ready).map(pod -> of(pod, census, text));
    }

    /// As [#list], all of them now and in their wire form.
    public List<ByteString> all() {
        var census = new Census(pods.list(), containers.list());
        var ready = pods.list().stream().filter(PodRecord::ready).toList();
        return gathering.all(
                ready, (pod, text) -> Optional.of(of(pod, census, text).toByteString()));
    }

    private PodSandboxMetrics of(PodRecord pod, Census census, FileText text) {
        var metrics = PodSandboxMetrics.newBuilder().setPodSandboxId(pod.id());
        var sink = MetricSink.of(pod);
        try {
            if (network != null) {
                network.add(pod, sink);
            }
        } catch (ErrnoException e) {
            LOG.debug("no network metrics of pod {}: {}", pod.id(), e.getMessage());
        }
        metrics.addAllMetrics(sink.metrics());
        census.in(pod).forEach(container -> metrics.addContainerMetrics(of(pod, container, text)));
        return metrics.build();
    }

    private ContainerMetrics of(PodRecord pod, ContainerRecord container, FileText text) {
        var sink = MetricSink.of(pod, container);
        sink.add(LAST_SEEN, Instant.now().getEpochSecond());
        try {
            var facts = new CgroupFacts(tree, container.cgroup(), text);
            for (var source : sources) {
                source.add(container, facts, sink);
            }
        } catch (ErrnoException e) {
            LOG.debug("no metrics of container {}: {}", container.id(), e.getMessage());
        }
        return ContainerMetrics.newBuilder()
                .setContainerId(container.id())
                .addAllMetrics(sink.metrics())
                .build();
    }
}
