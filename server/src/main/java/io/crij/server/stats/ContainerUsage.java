package io.crij.server.stats;

import io.crij.cri.v1.ContainerAttributes;
import io.crij.cri.v1.ContainerStats;
import io.crij.cri.v1.FilesystemIdentifier;
import io.crij.cri.v1.FilesystemUsage;
import io.crij.image.Snapshots;
import io.crij.linux.ErrnoException;
import io.crij.sandbox.ContainerRecord;
import io.crij.server.cri.ContainerAnswers;
import io.crij.server.cri.Times;
import java.time.Instant;

/// What one container uses.
public final class ContainerUsage {
    private final CgroupReadings readings;
    private final CpuRates rates;
    private final Snapshots snapshots;

    ContainerUsage(CgroupReadings readings, CpuRates rates, Snapshots snapshots) {
        this.readings = readings;
        this.rates = rates;
        this.snapshots = snapshots;
    }

    /// @throws ErrnoException the container's cgroup cannot be read, mostly since it has just ended
    public ContainerStats of(ContainerRecord container) throws ErrnoException {
        var usage = readings.read(container.cgroup());
        long timestamp = Times.nanos(Instant.now());
        var rate = rates.rate(container.cgroup(), System.nanoTime(), usage.cpuNanos());
        return withoutProcess(container).toBuilder()
                .setCpu(UsageMessages.cpu(usage, rate, timestamp))
                .setMemory(UsageMessages.memory(usage, timestamp))
                .setSwap(UsageMessages.swap(usage, timestamp))
                .setIo(UsageMessages.io(usage, timestamp))
                .build();
    }

    /// What can be said of a container that has no process: its names and what it has written.
    public ContainerStats withoutProcess(ContainerRecord container) {
        var stats = ContainerStats.newBuilder()
                .setAttributes(ContainerAttributes.newBuilder()
                        .setId(container.id())
                        .setMetadata(ContainerAnswers.metadata(container))
                        .putAllLabels(container.config().labels())
                        .putAllAnnotations(container.config().annotations()));
        snapshots
                .usage(container.id())
                .ifPresent(written -> stats.setWritableLayer(FilesystemUsage.newBuilder()
                        .setTimestamp(Times.nanos(written.measuredAt()))
                        .setFsId(FilesystemIdentifier.newBuilder()
                                .setMountpoint(snapshots.root().toString()))
                        .setUsedBytes(UsageMessages.value(written.bytes()))
                        .setInodesUsed(UsageMessages.value(written.inodes()))));
        return stats.build();
    }
}
