package io.crij.sandbox;

import java.util.List;

/// The pods of this node and what can be done with them. Thread-safe; calls block and may be interrupted: work that is
/// under way goes on without the caller, so that it is either found by the next equal request or undone.
public final class Pods {
    Pods() {}

    /// Starts a pod; an equal request for the same name answers with the pod that is there.
    ///
    /// @param handler name of the runtime handler, empty for the default
    public PodRecord run(PodConfig config, String handler) throws SandboxException, InterruptedException {
        throw new UnsupportedOperationException();
    }

    /// Stops the containers, gives the network back, ends the pause process. Idempotent; an unknown id is no error.
    public void stop(String id) throws SandboxException, InterruptedException {
        throw new UnsupportedOperationException();
    }

    /// Stops by force and removes all that there is of the pod and its containers. Idempotent; an unknown id is no
    /// error.
    public void remove(String id) throws SandboxException, InterruptedException {
        throw new UnsupportedOperationException();
    }

    /// @param id an id, or the beginning of exactly one
    public PodRecord find(String id) throws SandboxException {
        throw new UnsupportedOperationException();
    }

    /// Every pod that was answered for, newest last.
    public List<PodRecord> list() {
        throw new UnsupportedOperationException();
    }

    /// The pod's sums as kubelet changed them; reported, not applied (kubelet owns the pod's cgroup).
    public void updateResources(String id, ContainerResources overhead, ContainerResources resources)
            throws SandboxException {
        throw new UnsupportedOperationException();
    }
}
