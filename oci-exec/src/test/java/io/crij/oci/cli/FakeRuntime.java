package io.crij.oci.cli;

import io.crij.linux.ErrnoException;
import io.crij.linux.EventFd;
import io.crij.linux.Fd;
import io.crij.oci.runtime.ContainerState;
import io.crij.oci.runtime.ContainerState.Status;
import io.crij.oci.runtime.CreateRequest;
import io.crij.oci.runtime.ExitStatus;
import io.crij.oci.runtime.OciException;
import io.crij.oci.runtime.OciException.AlreadyExists;
import io.crij.oci.runtime.OciException.NotFound;
import io.crij.oci.runtime.OciException.WrongState;
import io.crij.oci.runtime.OciRuntime;
import io.crij.oci.runtime.Shim;
import io.crij.oci.runtime.Stdio;
import io.crij.oci.spec.LinuxResources;
import io.crij.oci.spec.Process;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// Containers that exist on paper.
final class FakeRuntime implements OciRuntime {
    static final int PID = 4711;

    final Map<String, Status> containers = new ConcurrentHashMap<>();
    final List<String> signals = new ArrayList<>();
    final List<Process> execs = new ArrayList<>();
    final List<LinuxResources> updates = new ArrayList<>();
    int exitCode;
    /// What cannot be waited for.
    @Nullable
    Fd exited;

    private Path bundle = Path.of("/none");

    @Override
    public Shim create(CreateRequest request) throws OciException {
        if (containers.containsKey(request.id())) {
            throw new AlreadyExists(request.id());
        }
        bundle = request.bundle();
        containers.put(request.id(), Status.CREATED);
        return new FakeShim();
    }

    @Override
    public void start(String id) throws OciException {
        if (status(id) != Status.CREATED) {
            throw new WrongState("cannot start " + id);
        }
        containers.put(id, Status.RUNNING);
    }

    @Override
    public void kill(String id, int signal, boolean all) throws OciException {
        status(id);
        signals.add(id + " " + signal + (all ? " all" : ""));
    }

    @Override
    public void delete(String id, boolean force) throws OciException {
        if (force) {
            containers.remove(id);
        } else if (status(id) == Status.RUNNING) {
            throw new WrongState("cannot delete container " + id + " that is not stopped: running");
        } else {
            containers.remove(id);
        }
    }

    @Override
    public ContainerState state(String id) throws OciException {
        return new ContainerState("1.3.0", id, status(id), PID, bundle, bundle + "/rootfs", Instant.EPOCH, Map.of());
    }

    @Override
    public Shim exec(String id, Process process, Stdio stdio) throws OciException {
        status(id);
        execs.add(process);
        return new FakeShim();
    }

    @Override
    public void pause(String id) throws OciException {
        status(id);
        containers.put(id, Status.PAUSED);
    }

    @Override
    public void resume(String id) throws OciException {
        status(id);
        containers.put(id, Status.RUNNING);
    }

    @Override
    public void update(String id, LinuxResources resources) throws OciException {
        status(id);
        updates.add(resources);
    }

    @Override
    public List<Integer> pids(String id) throws OciException {
        status(id);
        return List.of(1, PID);
    }

    @Override
    public Shim reopen(String id) throws OciException {
        status(id);
        return new FakeShim();
    }

    private Status status(String id) throws NotFound {
        Status status = containers.get(id);
        if (status == null) {
            throw new NotFound(id);
        }
        return status;
    }

    /// Of a process that has ended already.
    private final class FakeShim implements Shim {
        @Override
        public int pid() {
            return PID;
        }

        @Override
        public Optional<Fd> stdin() {
            return Optional.empty();
        }

        @Override
        public Optional<Fd> stdout() {
            return Optional.empty();
        }

        @Override
        public Optional<Fd> stderr() {
            return Optional.empty();
        }

        @Override
        public Optional<Fd> console() {
            return Optional.empty();
        }

        @Override
        public Fd exited() {
            if (exited != null) {
                return exited;
            }
            try {
                var event = new EventFd();
                event.raise();
                return event.fd();
            } catch (ErrnoException e) {
                throw new AssertionError(e);
            }
        }

        @Override
        public Optional<ExitStatus> exitStatus() {
            return Optional.of(new ExitStatus(exitCode, Instant.EPOCH));
        }

        @Override
        public void closeStdin() {}

        @Override
        public void release() {}

        @Override
        public void close() {}
    }
}
