package io.crij.sandbox;

import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/// All that is known of a container; a value, replaced as a whole when something changes.
///
/// @param id 64 hexadecimal digits
/// @param name the idempotency key
/// @param bundle folder of the container's runtime state
/// @param cgroup cgroup path; on v2 the limits are on `container` below it
/// @param log absolute path of the log file
/// @param resources as created and updated since
public record ContainerRecord(
        int version,
        String id,
        String podId,
        String name,
        ContainerConfig config,
        String handler,
        Instant createdAt,
        Path bundle,
        String cgroup,
        @Nullable Path log,
        ContainerResources resources,
        ContainerStatus status) {
    /// Of the record's JSON form.
    public static final int VERSION = 1;

    /// Absolute path of the log file; empty when output is dropped.
    public Optional<Path> logFile() {
        return Optional.ofNullable(log);
    }

    /// In the host's pid namespace, while there is a process.
    public OptionalInt pid() {
        return switch (status) {
            case ContainerStatus.Created created -> OptionalInt.of(created.pid());
            case ContainerStatus.Running running -> OptionalInt.of(running.pid());
            case ContainerStatus.Creating _, ContainerStatus.Exited _, ContainerStatus.Unknown _ -> OptionalInt.empty();
        };
    }

    ContainerRecord with(ContainerStatus next) {
        if (!status.canTurn(next)) {
            throw new IllegalStateException("container " + id + " cannot turn from " + status + " to " + next);
        }
        return new ContainerRecord(
                version, id, podId, name, config, handler, createdAt, bundle, cgroup, log, resources, next);
    }

    ContainerRecord withCgroup(String next) {
        return new ContainerRecord(
                version, id, podId, name, config, handler, createdAt, bundle, next, log, resources, status);
    }

    ContainerRecord with(ContainerResources next) {
        return new ContainerRecord(
                version, id, podId, name, config, handler, createdAt, bundle, cgroup, log, next, status);
    }
}
