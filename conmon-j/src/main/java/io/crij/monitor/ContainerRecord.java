package io.crij.monitor;

import io.crij.monitor.proto.Container;
import io.crij.monitor.proto.Create;
import io.crij.oci.runtime.ContainerState;
import io.crij.oci.runtime.ExitStatus;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// What the monitor knows of a container and keeps on tmpfs, so that its successor knows it too. Immutable; changes
/// make another record. Times are nanoseconds since 1970, 0 while unknown.
///
/// @param cgroup path of what `cgroupsPath` of the specification means; empty: none
/// @param acknowledged the shim was let go: output and exit status are safe
/// @param runtime null: the built-in one, or that of the handler's name
/// @param exitUnseen why it is not known how the container ended; null when it is, and before
record ContainerRecord(
        int version,
        String id,
        Status status,
        String handler,
        String bundle,
        String logPath,
        boolean terminal,
        boolean stdin,
        boolean stdinOnce,
        String cgroup,
        Map<String, String> labels,
        int pid,
        long createdAt,
        long startedAt,
        long finishedAt,
        int exitCode,
        boolean exitKnown,
        boolean oomKilled,
        boolean acknowledged,
        @Nullable RuntimeChoice runtime,
        @Nullable String exitUnseen) {
    static final int VERSION = 1;

    /// CREATING → CREATED → RUNNING ⇄ PAUSED; every one of them → STOPPED, which is final.
    enum Status {
        CREATING,
        CREATED,
        RUNNING,
        PAUSED,
        STOPPED
    }

    static ContainerRecord creating(Create request, String cgroup, MonitoredRuntime runtime) {
        return new ContainerRecord(
                VERSION,
                request.getContainerId(),
                Status.CREATING,
                request.getHandler(),
                request.getBundle(),
                request.getLogPath(),
                request.getStdio().getTerminal(),
                request.getStdio().getStdin(),
                request.getStdio().getStdinOnce(),
                cgroup,
                Map.copyOf(request.getLabelsMap()),
                0,
                0,
                0,
                0,
                0,
                false,
                false,
                false,
                RuntimeChoice.of(runtime),
                null);
    }

    /// What a runtime knows of a container whose record is lost: neither its log nor its labels nor its times.
    static ContainerRecord rescued(ContainerState state, String handler, MonitoredRuntime runtime) {
        Status status = switch (state.status()) {
            case CREATING, CREATED -> Status.CREATED;
            case RUNNING, STOPPED -> Status.RUNNING;
            case PAUSED -> Status.PAUSED;
        };
        return new ContainerRecord(
                VERSION,
                state.id(),
                status,
                handler,
                state.bundle().toString(),
                "",
                false,
                false,
                false,
                "",
                Map.of(),
                state.pid(),
                0,
                0,
                0,
                0,
                false,
                false,
                false,
                RuntimeChoice.of(runtime),
                null);
    }

    MonitoredRuntime monitoredRuntime() {
        return runtime == null ? new MonitoredRuntime.BuiltIn() : runtime.runtime();
    }

    boolean stopped() {
        return status == Status.STOPPED;
    }

    ContainerRecord created(int hostPid, Instant at) {
        return with(Status.CREATED, hostPid, Nanos.of(at), startedAt);
    }

    ContainerRecord started(Instant at) {
        return with(Status.RUNNING, pid, createdAt, Nanos.of(at));
    }

    ContainerRecord paused() {
        return with(Status.PAUSED, pid, createdAt, startedAt);
    }

    ContainerRecord resumed() {
        return with(Status.RUNNING, pid, createdAt, startedAt);
    }

    ContainerRecord exited(ExitStatus exit) {
        return new ContainerRecord(
                version,
                id,
                Status.STOPPED,
                handler,
                bundle,
                logPath,
                terminal,
                stdin,
                stdinOnce,
                cgroup,
                labels,
                pid,
                createdAt,
                startedAt,
                Nanos.of(exit.finishedAt()),
                exit.code(),
                exit.known(),
                oomKilled,
                acknowledged,
                runtime,
                exit.unseen());
    }

    ContainerRecord withOom() {
        return flags(true, acknowledged);
    }

    ContainerRecord withAcknowledged() {
        return flags(oomKilled, true);
    }

    private ContainerRecord flags(boolean oom, boolean safe) {
        return new ContainerRecord(
                version,
                id,
                status,
                handler,
                bundle,
                logPath,
                terminal,
                stdin,
                stdinOnce,
                cgroup,
                labels,
                pid,
                createdAt,
                startedAt,
                finishedAt,
                exitCode,
                exitKnown,
                oom,
                safe,
                runtime,
                exitUnseen);
    }

    private ContainerRecord with(Status next, int hostPid, long created, long started) {
        return new ContainerRecord(
                version,
                id,
                next,
                handler,
                bundle,
                logPath,
                terminal,
                stdin,
                stdinOnce,
                cgroup,
                labels,
                hostPid,
                created,
                started,
                finishedAt,
                exitCode,
                exitKnown,
                oomKilled,
                acknowledged,
                runtime,
                exitUnseen);
    }

    @Nullable
    ExitStatus exit() {
        return stopped() ? new ExitStatus(exitCode, Nanos.toInstant(finishedAt), exitKnown ? null : unseen()) : null;
    }

    private String unseen() {
        return Objects.requireNonNullElse(exitUnseen, "");
    }

    Container message() {
        return Container.newBuilder()
                .setContainerId(id)
                .setStatus(
                        switch (status) {
                            case CREATING -> Container.Status.CREATING;
                            case CREATED -> Container.Status.CREATED;
                            case RUNNING -> Container.Status.RUNNING;
                            case PAUSED -> Container.Status.PAUSED;
                            case STOPPED -> Container.Status.STOPPED;
                        })
                .setPid(pid)
                .setCreatedAt(createdAt)
                .setStartedAt(startedAt)
                .setFinishedAt(finishedAt)
                .setExitCode(exitCode)
                .setOomKilled(oomKilled)
                .setExitKnown(exitKnown)
                .setExitUnseen(unseen())
                .putAllLabels(labels)
                .setHandler(handler)
                .setBundle(bundle)
                .setLogPath(logPath)
                .build();
    }
}
