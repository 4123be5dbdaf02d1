package io.crij.server.stats;

import io.crij.cri.v1.ContainerStats;
import io.crij.cri.v1.LinuxPodSandboxStats;
import io.crij.cri.v1.NetworkInterfaceUsage;
import io.crij.cri.v1.NetworkUsage;
import io.crij.cri.v1.PodSandboxAttributes;
import io.crij.cri.v1.PodSandboxStats;
import io.crij.linux.ErrnoException;
import io.crij.linux.InterfaceStats;
import io.crij.sandbox.PodRecord;
import io.crij.server.cri.EncodedItems;
import io.crij.server.cri.PodAnswers;
import io.crij.server.cri.Times;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What a pod uses: its cgroup, the network interfaces in its namespace, its containers.
final class PodUsage {
    private static final Logger LOG = LoggerFactory.getLogger(PodUsage.class);

    private final OpenCgroups cgroups;
    private final CpuRates rates;
    private final ContainerUsage containers;
    private final Processes processes;
    private final PodInterfaces interfaces;
    private final Supplier<List<PodRecord>> all;
    private final EncodedItems<PodRecord> attributes = new EncodedItems<>(PodRecord::id, PodUsage::attributes);

    /// @param all pods that there are
    PodUsage(
            OpenCgroups cgroups,
            CpuRates rates,
            ContainerUsage containers,
            Processes processes,
            PodInterfaces interfaces,
            Supplier<List<PodRecord>> all) {
        this.cgroups = cgroups;
        this.rates = rates;
        this.containers = containers;
        this.processes = processes;
        this.interfaces = interfaces;
        this.all = all;
    }

    /// What a pod that is not ready has: its names.
    PodSandboxStats withoutProcess(PodRecord pod) {
        return named(pod).setLinux(LinuxPodSandboxStats.getDefaultInstance()).build();
    }

    /// @throws ErrnoException the pod's cgroup or its interfaces cannot be read, mostly since it has just ended
    PodSandboxStats of(PodRecord pod, Census census, FileText text) throws ErrnoException {
        var linux = LinuxPodSandboxStats.newBuilder();
        boolean own = census.hasOwnCgroup(pod);
        var usage = own ? cgroups.usage(pod.cgroupParent(), text) : cgroups.used(cgroups.leaf(pod.cgroup()), text);
        var rate = rate(pod, own, usage.cpuNanos());
        // the pause process
        long count = 1;
        for (var container : census.in(pod)) {
            try {
                var used = containers.usage(container, text);
                linux.addContainers(containers.of(container, used));
                count += processes.in(containers.cgroup(container), text);
                usage = own ? usage : usage.plus(used);
            } catch (ErrnoException e) {
                LOG.debug("no usage of container {}: {}", container.id(), e.getMessage());
            }
        }
        long timestamp = Times.nanos(Instant.now());
        linux.setCpu(UsageMessages.cpu(usage, own ? rate : sum(rate, linux.getContainersList()), timestamp))
                .setMemory(UsageMessages.memory(usage, timestamp))
                .setProcess(UsageMessages.processes(count, timestamp));
        UsageMessages.io(usage, timestamp).ifPresent(linux::setIo);
        network(pod, timestamp).ifPresent(linux::setNetwork);
        return named(pod).setLinux(linux).build();
    }

    /// Of the pod's cgroup, or of the pause process alone where it has none.
    private OptionalLong rate(PodRecord pod, boolean own, long cpuNanos) {
        long at = System.nanoTime();
        return rates.rate(own ? pod.cgroupParent() : cgroups.leaf(pod.cgroup()), at, cpuNanos, begin(pod, at));
    }

    private static OptionalLong sum(OptionalLong pause, List<ContainerStats> inside) {
        if (pause.isEmpty()) {
            return pause;
        }
        long sum = pause.getAsLong();
        for (var stats : inside) {
            sum += stats.getCpu().getUsageNanoCores().getValue();
        }
        return OptionalLong.of(sum);
    }

    private static OptionalLong begin(PodRecord pod, long at) {
        var age = Duration.between(pod.createdAt(), Instant.now());
        return age.isNegative() ? OptionalLong.empty() : OptionalLong.of(at - age.toNanos());
    }

    private PodSandboxStats.Builder named(PodRecord pod) {
        return PodSandboxStats.newBuilder()
                .setUnknownFields(
                        EncodedItems.field(PodSandboxStats.ATTRIBUTES_FIELD_NUMBER, List.of(attributes.one(pod, all))));
    }

    private static PodSandboxAttributes attributes(PodRecord pod) {
        return PodSandboxAttributes.newBuilder()
                .setId(pod.id())
                .setMetadata(PodAnswers.metadata(pod.config().metadata()))
                .putAllLabels(pod.config().labels())
                .putAllAnnotations(pod.config().annotations())
                .build();
    }

    private Optional<NetworkUsage> network(PodRecord pod, long timestamp) throws ErrnoException {
        var found = interfaces.of(pod);
        if (found.isEmpty()) {
            return Optional.empty();
        }
        var usage = NetworkUsage.newBuilder().setTimestamp(timestamp);
        for (var device : found.get().all()) {
            if (device.name().equals(found.get().main())) {
                usage.setDefaultInterface(message(device));
            } else {
                usage.addInterfaces(message(device));
            }
        }
        return Optional.of(usage.build());
    }

    private static NetworkInterfaceUsage message(InterfaceStats device) {
        return NetworkInterfaceUsage.newBuilder()
                .setName(device.name())
                .setRxBytes(UsageMessages.value(device.receivedBytes()))
                .setRxErrors(UsageMessages.value(device.receiveErrors()))
                .setTxBytes(UsageMessages.value(device.sentBytes()))
                .setTxErrors(UsageMessages.value(device.sendErrors()))
                .build();
    }

    /// The cgroups whose CPU time [#rate] wants samples of.
    String sampled(PodRecord pod, Census census) {
        return census.hasOwnCgroup(pod) ? pod.cgroupParent() : cgroups.leaf(pod.cgroup());
    }
}
