package io.crij.sandbox;

import java.util.List;
import java.util.Optional;

/// The pods of this node and what can be done with them. Thread-safe; calls block and may be interrupted: work that is
/// under way goes on without the caller, so that it is either found by the next equal request or undone.
public final class Pods {
    private final Index<PodEntry> index;
    private final PodChecks checks;
    private final Creations<PodEntry> creations;
    private final PodCreation creation;
    private final PodEnding ending;
    private final SandboxEvents events;

    Pods(
            Index<PodEntry> index,
            PodChecks checks,
            Creations<PodEntry> creations,
            PodCreation creation,
            PodEnding ending,
            SandboxEvents events) {
        this.index = index;
        this.checks = checks;
        this.creations = creations;
        this.creation = creation;
        this.ending = ending;
        this.events = events;
    }

    /// What makes two requests for a name the same one.
    record Request(PodConfig config, String handler) {}

    /// Starts a pod; an equal request for the same name answers with the pod that is there.
    ///
    /// @param handler name of the runtime handler, empty for the default
    public PodRecord run(PodConfig config, String handler) throws SandboxException, InterruptedException {
        checks.check(config, handler);
        String name = config.metadata().key();
        var pod = creations.make(name, new Request(config, handler), id -> creation.make(id, config, handler));
        if (pod.show()) {
            events.tell(new SandboxEvent.PodReady(pod.record()));
        }
        var record = pod.record();
        if (!record.ready()) {
            throw new SandboxException.WrongState("pod " + record.id() + " has the name " + name + " already but is "
                    + PodEntry.words(record.state()) + "; remove it first, or raise the attempt number");
        }
        return record;
    }

    /// Stops the containers, gives the network back, ends the pause process. Idempotent; an unknown id is no error.
    public void stop(String id) throws SandboxException, InterruptedException {
        var pod = index.lookUp(id);
        if (pod.isPresent()) {
            ending.stop(pod.get());
        }
    }

    /// Stops by force and removes all that there is of the pod and its containers. Idempotent; an unknown id is no
    /// error.
    public void remove(String id) throws SandboxException, InterruptedException {
        var pod = index.lookUp(id);
        if (pod.isPresent()) {
            ending.remove(pod.get());
        }
    }

    /// @param id an id, or the beginning of exactly one
    public PodRecord find(String id) throws SandboxException {
        return index.find(id).record();
    }

    /// By the whole id, also one that no request was answered with yet.
    public Optional<PodRecord> exact(String id) {
        return index.exact(id).map(Entry::record);
    }

    /// Every pod that was answered for, oldest first.
    public List<PodRecord> list() {
        return index.list(Entry::record);
    }

    /// The pod's sums as kubelet changed them; reported, not applied (kubelet owns the pod's cgroup).
    /// What is empty stays as it is.
    public void updateResources(
            String id, Optional<ContainerResources> overhead, Optional<ContainerResources> resources)
            throws SandboxException {
        index.find(id)
                .update(pod -> pod.with(
                        overhead.orElse(pod.config().overhead()),
                        resources.orElse(pod.config().resources())));
    }
}
