package io.crij.sandbox;

import io.crij.oci.spec.LinuxResources;
import io.crij.oci.spec.Process;
import io.crij.oci.spec.Spec;
import java.time.Duration;
import java.util.List;

/// The containers of this node and what can be done with them. Thread-safe; calls block and may be interrupted: work
/// that is under way goes on without the caller.
public final class Containers {
    Containers() {}

    /// Makes a container in a ready pod; an equal request for the same name answers with the container that is there.
    ///
    /// @param podId an id, or the beginning of exactly one
    public ContainerRecord create(String podId, ContainerConfig config, ContainerPlan plan)
            throws SandboxException, InterruptedException {
        throw new UnsupportedOperationException();
    }

    /// From Created only. A start that fails leaves the container Exited with code 128 and reason `StartError`.
    public void start(String id) throws SandboxException, InterruptedException {
        throw new UnsupportedOperationException();
    }

    /// Sends the stop signal and, when the time is over, SIGKILL; zero is both at once. Returns when the container has
    /// exited. A second call with less time shortens the first. Idempotent; an unknown id is no error.
    public void stop(String id, Duration timeout) throws SandboxException, InterruptedException {
        throw new UnsupportedOperationException();
    }

    /// Kills if need be and removes. Idempotent; an unknown id is no error. The log stays.
    public void remove(String id) throws SandboxException, InterruptedException {
        throw new UnsupportedOperationException();
    }

    /// @param id an id, or the beginning of exactly one
    public ContainerRecord find(String id) throws SandboxException {
        throw new UnsupportedOperationException();
    }

    /// Every container that was answered for, oldest first.
    public List<ContainerRecord> list() {
        throw new UnsupportedOperationException();
    }

    public List<ContainerRecord> inPod(String podId) {
        throw new UnsupportedOperationException();
    }

    /// The OCI spec the container was made from.
    public Spec spec(String id) throws SandboxException {
        throw new UnsupportedOperationException();
    }

    /// Runs a command in a running container.
    ///
    /// @param timeout zero is without end
    /// @param outputLimit bytes kept per stream
    public ExecResult execSync(String id, Process process, Duration timeout, long outputLimit)
            throws SandboxException, InterruptedException {
        throw new UnsupportedOperationException();
    }

    /// Opens the log file anew, after kubelet has moved the old one away; returns when the new one is there.
    public void reopenLog(String id) throws SandboxException, InterruptedException {
        throw new UnsupportedOperationException();
    }

    /// Changes limits of a created or running container: all of them or none.
    ///
    /// @param update as the request states it, for status
    /// @param resources the same for the kernel
    public void updateResources(String id, ContainerResources update, LinuxResources resources)
            throws SandboxException, InterruptedException {
        throw new UnsupportedOperationException();
    }
}
