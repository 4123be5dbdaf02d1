package io.crij.server.stats;

import io.crij.image.Snapshots;
import io.crij.linux.ErrnoException;
import io.crij.linux.StatFs;
import io.crij.sandbox.ContainerRecord;
import io.crij.server.cri.Times;
import java.util.List;

/// The writable layer of a container and the file system it is on.
final class DiskMetrics implements MetricSource {
    private static final String[] NO_LABELS = {};
    private static final Family INODES_FREE = Family.gauge("container_fs_inodes_free", "Number of available Inodes.");
    private static final Family INODES = Family.gauge("container_fs_inodes_total", "Number of Inodes.");
    private static final Family LIMIT = Family.gauge(
            "container_fs_limit_bytes", "Number of bytes that can be consumed by the container on this filesystem.");
    private static final Family USAGE = Family.gauge(
            "container_fs_usage_bytes", "Number of bytes that are consumed by the container on this filesystem.");

    private final Snapshots snapshots;

    DiskMetrics(Snapshots snapshots) {
        this.snapshots = snapshots;
    }

    @Override
    public List<Family> families() {
        return List.of(INODES_FREE, INODES, LIMIT, USAGE);
    }

    @Override
    public void add(ContainerRecord container, CgroupFacts facts, MetricSink sink) throws ErrnoException {
        var disk = StatFs.of(snapshots.root().toString());
        sink.add(INODES_FREE, disk.inodesFree());
        sink.add(INODES, disk.inodes());
        sink.add(LIMIT, disk.blocks() * disk.blockSize());
        snapshots
                .usage(container.id())
                .ifPresent(written -> sink.add(USAGE, Times.nanos(written.measuredAt()), written.bytes(), NO_LABELS));
    }
}
