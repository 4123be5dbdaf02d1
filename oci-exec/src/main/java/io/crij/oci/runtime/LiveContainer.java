package io.crij.oci.runtime;

import io.crij.linux.ErrnoException;
import io.crij.linux.Fd;
import io.crij.linux.abi.FileFlags;
import io.crij.oci.cgroup.Cgroup;
import io.crij.oci.runtime.OciException.StepFailed;
import io.crij.oci.seccomp.SeccompFilter;
import io.crij.oci.spec.Linux;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/// A container that this runtime knows. Its lock serialises the verbs on it.
final class LiveContainer {
    private final Path folder;
    private final Optional<Cgroup> cgroup;
    private volatile ContainerRecord record;
    private @Nullable Waiting waiting;

    /// A process that waits for its start.
    ///
    /// @param launch absent when it was begun by an earlier runtime
    record Waiting(Fd go, Fd report, Optional<Launch> launch) implements AutoCloseable {
        @Override
        public void close() {
            go.close();
            report.close();
        }
    }

    LiveContainer(Path folder, ContainerRecord record, Optional<Cgroup> cgroup) {
        this.folder = folder;
        this.record = record;
        this.cgroup = cgroup;
    }

    Path folder() {
        return folder;
    }

    Optional<Cgroup> cgroup() {
        return cgroup;
    }

    ContainerRecord record() {
        return record;
    }

    void waits(Waiting process) {
        waiting = process;
    }

    /// The pipes to the process that waits; those of an earlier runtime are opened again through its shim, or
    /// through the process itself.
    Waiting waiting() throws OciException {
        @Nullable Waiting known = waiting;
        if (known != null) {
            return known;
        }
        @Nullable ShimSlots slots = record.slots();
        if (slots == null) {
            throw new OciException.WrongState("container " + record.id()
                    + " was created by a runtime that has gone, and nothing is left to start it through: delete it");
        }
        try {
            Fd go = Fd.open(of(slots.go()), FileFlags.O_WRONLY);
            try {
                return new Waiting(go, Fd.open(of(slots.report()), FileFlags.O_RDONLY), Optional.empty());
            } catch (ErrnoException e) {
                go.close();
                throw e;
            }
        } catch (ErrnoException e) {
            throw new StepFailed(
                    "cannot reach the waiting process of container " + record.id() + ": " + e.getMessage(),
                    e.errno(),
                    e);
        }
    }

    private String of(int slot) {
        return "/proc/" + (record.shim() == 0 ? record.pid() : record.shim()) + "/fd/" + slot;
    }

    void started() throws OciException {
        closeWaiting();
        record = record.withStarted();
        try {
            record.replace(folder);
        } catch (ErrnoException e) {
            throw new StepFailed(
                    "cannot write the record of container " + record.id() + ": " + e.getMessage(), e.errno(), e);
        }
    }

    void closeWaiting() {
        if (waiting != null) {
            waiting.close();
            waiting = null;
        }
    }

    /// @throws StepFailed when the filter cannot be read
    ExecProgram.ExecPlan execPlan() throws StepFailed {
        ContainerRecord.ForExec exec = record.exec();
        Optional<SeccompFilter> seccomp = Optional.empty();
        if (exec.seccompFlags() >= 0) {
            try {
                byte[] filter = StateFolder.read(folder, StateFolder.SECCOMP);
                seccomp = Optional.of(new SeccompFilter(filter, exec.seccompFlags(), Optional.empty(), ""));
            } catch (ErrnoException e) {
                throw new StepFailed("cannot read the system call filter: " + e.getMessage(), e.errno(), e);
            }
        }
        Linux linux = Linux.EMPTY.with(l -> {
            l.uidMappings = exec.uidMappings();
            l.personality = exec.personality();
            l.memoryPolicy = exec.memoryPolicy();
        });
        Optional<Path> birth = cgroup.flatMap(c -> c.folders().v2());
        List<Path> groups = cgroup.map(c -> c.folders().v1()).orElse(List.of());
        return new ExecProgram.ExecPlan(record.namespaces(), birth, groups, linux, seccomp);
    }

    /// Whom the container's filter asks.
    ///
    /// @param state of the container, given the pid of the process that has the filter
    Optional<SeccompAgent> agent(IntFunction<ContainerState> state) throws StepFailed {
        if (!SeccompFilter.notifies(record.exec().seccompFlags())) {
            return Optional.empty();
        }
        try {
            return Optional.of(SeccompAgent.read(folder, state));
        } catch (ErrnoException e) {
            throw new StepFailed("cannot read the agent of the system call filter: " + e.getMessage(), e.errno(), e);
        }
    }

    boolean alive() {
        return ProcessClock.alive(record.pid(), record.processStart());
    }
}
