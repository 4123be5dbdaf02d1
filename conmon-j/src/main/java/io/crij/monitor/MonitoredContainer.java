package io.crij.monitor;

import io.crij.monitor.proto.Container;
import io.crij.oci.runtime.ContainerState;
import io.crij.oci.runtime.ExitStatus;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The monitor's facts of a container.
///
/// @param pid of the first process in the host's pid namespace; it may have ended
/// @param startedAt null before [MonitorClient#start]
/// @param exit null while the container has not ended
/// @param oomKilled the kernel killed a process of the container for want of memory
public record MonitoredContainer(
        String id,
        ContainerState.Status status,
        int pid,
        Instant createdAt,
        @Nullable Instant startedAt,
        @Nullable ExitStatus exit,
        boolean oomKilled,
        Map<String, String> labels,
        String handler,
        Path bundle,
        @Nullable Path logPath) {

    static MonitoredContainer of(Container c) {
        boolean stopped = c.getStatus() == Container.Status.STOPPED;
        return new MonitoredContainer(
                c.getContainerId(),
                status(c.getStatus()),
                c.getPid(),
                Nanos.toInstant(c.getCreatedAt()),
                c.getStartedAt() == 0 ? null : Nanos.toInstant(c.getStartedAt()),
                stopped ? exit(c) : null,
                c.getOomKilled(),
                Map.copyOf(c.getLabelsMap()),
                c.getHandler(),
                Path.of(c.getBundle()),
                c.getLogPath().isEmpty() ? null : Path.of(c.getLogPath()));
    }

    private static ExitStatus exit(Container c) {
        return new ExitStatus(
                c.getExitCode(), Nanos.toInstant(c.getFinishedAt()), c.getExitKnown() ? null : c.getExitUnseen());
    }

    private static ContainerState.Status status(Container.Status status) {
        return switch (status) {
            case CREATING, UNRECOGNIZED -> ContainerState.Status.CREATING;
            case CREATED -> ContainerState.Status.CREATED;
            case RUNNING -> ContainerState.Status.RUNNING;
            case PAUSED -> ContainerState.Status.PAUSED;
            case STOPPED -> ContainerState.Status.STOPPED;
        };
    }
}
