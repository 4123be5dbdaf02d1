package io.crij.server.stats;

import io.crij.cri.v1.ContainerStats;
import io.crij.cri.v1.LinuxPodSandboxStats;
import io.crij.cri.v1.NetworkInterfaceUsage;
import io.crij.cri.v1.NetworkUsage;
import io.crij.cri.v1.PodSandboxAttributes;
import io.crij.cri.v1.PodSandboxStats;
import io.crij.linux.ErrnoException;
import io.crij.linux.InterfaceStats;
import io.crij.sandbox.PodNetwork;
import io.crij.sandbox.PodRecord;
import io.crij.server.cri.PodAnswers;
import io.crij.server.cri.Times;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// What a pod uses: its cgroup, the network interfaces in its namespace, its containers.
public final class PodUsage {
    private final CgroupReadings readings;
    private final CpuRates rates;

    PodUsage(CgroupReadings readings, CpuRates rates) {
        this.readings = readings;
        this.rates = rates;
    }

    /// @param containers of the pod, those that run
    /// @throws ErrnoException the pod's cgroup cannot be read
    public PodSandboxStats of(PodRecord pod, List<ContainerStats> containers) throws ErrnoException {
        long timestamp = Times.nanos(Instant.now());
        var linux = LinuxPodSandboxStats.newBuilder().addAllContainers(containers);
        if (pod.ready()) {
            var cgroup = cgroup(pod);
            var usage = readings.read(cgroup);
            linux.setCpu(UsageMessages.cpu(usage, rates.rate(cgroup, System.nanoTime(), usage.cpuNanos()), timestamp))
                    .setMemory(UsageMessages.memory(usage, timestamp))
                    .setProcess(UsageMessages.processes(usage, timestamp))
                    .setIo(UsageMessages.io(usage, timestamp));
            network(pod, timestamp).ifPresent(linux::setNetwork);
        }
        return PodSandboxStats.newBuilder()
                .setAttributes(PodSandboxAttributes.newBuilder()
                        .setId(pod.id())
                        .setMetadata(PodAnswers.metadata(pod.config().metadata()))
                        .putAllLabels(pod.config().labels())
                        .putAllAnnotations(pod.config().annotations()))
                .setLinux(linux)
                .build();
    }

    /// The pod's own group when the kubelet made one for it; without one the parent is shared by all pods, and then the
    /// pause process stands for the pod.
    static String cgroup(PodRecord pod) {
        return pod.config().cgroupParent().isEmpty() ? pod.cgroup() : pod.cgroupParent();
    }

    private static Optional<NetworkUsage> network(PodRecord pod, long timestamp) throws ErrnoException {
        var pid = pod.pausePid();
        if (pid.isEmpty() || !(pod.network() instanceof PodNetwork.Attached attached)) {
            return Optional.empty();
        }
        var usage = NetworkUsage.newBuilder().setTimestamp(timestamp);
        for (var device : InterfaceStats.of(pid.getAsInt())) {
            if (device.name().equals(attached.interfaceName())) {
                usage.setDefaultInterface(message(device));
            } else if (!device.name().equals("lo")) {
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
}
