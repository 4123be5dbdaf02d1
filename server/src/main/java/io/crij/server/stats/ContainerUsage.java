package io.crij.server.stats;

import io.crij.cri.v1.ContainerAttributes;
import io.crij.cri.v1.ContainerStats;
import io.crij.cri.v1.FilesystemIdentifier;
import io.crij.cri.v1.FilesystemUsage;
import io.crij.image.Snapshots;
import io.crij.linux.ErrnoException;
import io.crij.sandbox.ContainerRecord;
import io.crij.sandbox.ContainerStatus;
import io.crij.server.cri.ContainerAnswers;
import io.crij.server.cri.EncodedItems;
import io.crij.server.cri.Times;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Supplier;

/// What one container uses.
final class ContainerUsage {
    private final OpenCgroups cgroups;
    private final CpuRates rates;
    private final Snapshots snapshots;
    private final Supplier<List<ContainerRecord>> all;
    private final EncodedItems<ContainerRecord> attributes =
            new EncodedItems<>(ContainerRecord::id, ContainerUsage::attributes);

    /// @param all containers that there are
    ContainerUsage(OpenCgroups cgroups, CpuRates rates, Snapshots snapshots, Supplier<List<ContainerRecord>> all) {
        this.cgroups = cgroups;
        this.rates = rates;
        this.snapshots = snapshots;
        this.all = all;
    }

    String cgroup(ContainerRecord container) {
        return cgroups.leaf(container.cgroup());
    }

    CgroupUsage usage(ContainerRecord container, FileText text) throws ErrnoException {
        return cgroups.usage(cgroup(container), text);
    }

    /// @throws ErrnoException the container's cgroup cannot be read, mostly since it has just ended
    ContainerStats of(ContainerRecord container, FileText text) throws ErrnoException {
        return of(container, usage(container, text));
    }

    ContainerStats of(ContainerRecord container, CgroupUsage usage) {
        var now = Instant.now();
        long timestamp = Times.nanos(now);
        long at = System.nanoTime();
        var rate = rates.rate(cgroup(container), at, usage.cpuNanos(), begin(container, now, at));
        var stats = named(container)
                .setCpu(UsageMessages.cpu(usage, rate, timestamp))
                .setMemory(UsageMessages.memory(usage, timestamp))
                .setSwap(UsageMessages.swap(usage, timestamp));
        UsageMessages.io(usage, timestamp).ifPresent(stats::setIo);
        return stats.build();
    }

    /// When it was started, in the monotonic time of `at`.
    static OptionalLong begin(ContainerRecord container, Instant now, long at) {
        return container.status() instanceof ContainerStatus.Running running
                        && !running.startedAt().isAfter(now)
                ? OptionalLong.of(
                        at - Duration.between(running.startedAt(), now).toNanos())
                : OptionalLong.empty();
    }

    /// What can be said of a container that has no process: its names and what it has written.
    ContainerStats withoutProcess(ContainerRecord container) {
        return named(container).build();
    }

    private static ContainerAttributes attributes(ContainerRecord container) {
        return ContainerAttributes.newBuilder()
                .setId(container.id())
                .setMetadata(ContainerAnswers.metadata(container))
                .putAllLabels(container.config().labels())
                .putAllAnnotations(container.config().annotations())
                .build();
    }

    private ContainerStats.Builder named(ContainerRecord container) {
        var stats = ContainerStats.newBuilder()
                .setUnknownFields(EncodedItems.field(
                        ContainerStats.ATTRIBUTES_FIELD_NUMBER, List.of(attributes.one(container, all))));
        snapshots
                .usage(container.id())
                .ifPresent(written -> stats.setWritableLayer(FilesystemUsage.newBuilder()
                        .setTimestamp(Times.nanos(written.measuredAt()))
                        .setFsId(FilesystemIdentifier.newBuilder()
                                .setMountpoint(snapshots.root().toString()))
                        .setUsedBytes(UsageMessages.value(written.bytes()))
                        .setInodesUsed(UsageMessages.value(written.inodes()))));
        return stats;
    }
}
