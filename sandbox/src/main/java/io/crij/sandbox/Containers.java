package io.crij.sandbox;

import io.crij.monitor.MonitorException;
import io.crij.monitor.MonitorStream;
import io.crij.oci.runtime.OciException;
import io.crij.oci.spec.Process;
import io.crij.oci.spec.Spec;
import io.crij.oci.spec.SpecReader;
import io.crij.oci.spec.SpecWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// The containers of this node and what can be done with them. Thread-safe; calls block and may be interrupted: work
/// that is under way goes on without the caller.
public final class Containers {
    private final MonitorLink monitor;
    private final Index<PodEntry> pods;
    private final Index<ContainerEntry> index;
    private final RecordFiles<ContainerRecord> records;
    private final Creations<ContainerEntry> creations;
    private final ContainerCreation creation;
    private final ContainerStarts starts;
    private final ContainerStops stops;
    private final ContainerRemoval removal;
    private final SandboxEvents events;
    private final SpecReader specReader = new SpecReader();
    private final SpecWriter specWriter = new SpecWriter();

    Containers(
            MonitorLink monitor,
            Index<PodEntry> pods,
            Index<ContainerEntry> index,
            RecordFiles<ContainerRecord> records,
            Creations<ContainerEntry> creations,
            ContainerCreation creation,
            ContainerStarts starts,
            ContainerStops stops,
            ContainerRemoval removal,
            SandboxEvents events) {
        this.monitor = monitor;
        this.pods = pods;
        this.index = index;
        this.records = records;
        this.creations = creations;
        this.creation = creation;
        this.starts = starts;
        this.stops = stops;
        this.removal = removal;
        this.events = events;
    }

    /// What makes two requests for a name the same one.
    record Request(String podId, String digest) {}

    /// Makes a container in a ready pod; an equal request for the same name answers with the container that is there.
    ///
    /// @param podId an id, or the beginning of exactly one
    public ContainerRecord create(String podId, ContainerConfig config, ContainerPlan plan)
            throws SandboxException, InterruptedException {
        if (config.metadata().name().isEmpty()) {
            throw new SandboxException.Invalid(
                    "metadata.name", "", "is missing; the containers of a pod are told apart by name and attempt");
        }
        var pod = pods.find(podId);
        var container = creations.make(
                config.metadata().key(pod.record().config().metadata()),
                new Request(pod.id(), config.request()),
                id -> creation.make(id, pod, config, plan));
        if (container.show()) {
            events.tell(new SandboxEvent.ContainerCreated(container.record()));
        }
        return container.record();
    }

    /// From Created only. A start that fails leaves the container Exited with code 128 and reason `StartError`.
    public void start(String id) throws SandboxException, InterruptedException {
        starts.start(index.find(id));
    }

    /// Sends the stop signal and, when the time is over, SIGKILL; zero is both at once. Returns when the container has
    /// exited. A second call with less time shortens the first. Idempotent; an unknown id is no error.
    public void stop(String id, Duration timeout) throws SandboxException, InterruptedException {
        var container = index.lookUp(id);
        if (container.isPresent()) {
            stops.stop(container.get(), timeout.isNegative() ? Duration.ZERO : timeout);
        }
    }

    /// As [#stop], with the time that kubelet gave the container when it was made.
    public void evict(String id) throws SandboxException, InterruptedException {
        var container = index.find(id);
        stops.stop(container, ContainerStops.grace(container.record()));
    }

    /// Kills if need be and removes. Idempotent; an unknown id is no error. The log stays.
    public void remove(String id) throws SandboxException, InterruptedException {
        var container = index.lookUp(id);
        if (container.isPresent()) {
            removal.remove(container.get());
        }
    }

    /// @param id an id, or the beginning of exactly one
    public ContainerRecord find(String id) throws SandboxException {
        return index.find(id).record();
    }

    /// @param id an id, or the beginning of exactly one
    /// @param tried what needs it to run, such as `attach to`
    public ContainerRecord findRunning(String id, String tried) throws SandboxException {
        return running(id, tried);
    }

    /// Every container that was answered for, oldest first.
    public List<ContainerRecord> list() {
        return index.list(Entry::record);
    }

    /// @param podId a whole id
    public List<ContainerRecord> inPod(String podId) {
        var inside = new ArrayList<ContainerRecord>();
        for (var container : list()) {
            if (container.podId().equals(podId)) {
                inside.add(container);
            }
        }
        return inside;
    }

    /// By the whole id, also one that no request was answered with yet.
    public Optional<ContainerRecord> exact(String id) {
        return index.exact(id).map(Entry::record);
    }

    /// The OCI spec the container was made from.
    public Spec spec(String id) throws SandboxException {
        return specOf(index.find(id).record());
    }

    /// As [#spec], also of one that no request was answered with yet.
    public Spec specOf(ContainerRecord container) throws SandboxException {
        Path file = records.folder(container.id()).resolve(ContainerCreation.SPEC_FILE);
        try {
            return specReader.spec(Files.readAllBytes(file));
        } catch (IOException | OciException e) {
            throw new SandboxException.StorageFailed("read the specification", file, e);
        }
    }

    /// Runs a command in a running container.
    ///
    /// @param timeout zero is without end
    /// @param outputLimit bytes kept per stream
    public ExecResult execSync(String id, Process process, Duration timeout, long outputLimit)
            throws SandboxException, InterruptedException {
        var container = running(id, "run a command in");
        try {
            var outcome = monitor.execSync(container.id(), specWriter.write(process), timeout, outputLimit);
            return new ExecResult(outcome.stdout(), outcome.stderr(), outcome.exitCode(), outcome.timedOut());
        } catch (MonitorException e) {
            throw MonitorFailures.translate("run a command in container " + container.id(), e);
        }
    }

    /// Runs a command in a running container, its streams in the caller's hands.
    ///
    /// @param process its `terminal` says which streams there are
    /// @param stdin whether it has an input
    public MonitorStream exec(String id, Process process, boolean stdin) throws SandboxException, InterruptedException {
        var container = running(id, "run a command in");
        try {
            return monitor.exec(container.id(), specWriter.write(process), stdin);
        } catch (MonitorException e) {
            throw MonitorFailures.translate("run a command in container " + container.id(), e);
        }
    }

    /// Joins the streams of a running container.
    public MonitorStream attach(String id, boolean stdin, boolean stdout, boolean stderr)
            throws SandboxException, InterruptedException {
        var container = running(id, "attach to");
        try {
            return monitor.attach(container.id(), stdin, stdout, stderr);
        } catch (MonitorException e) {
            throw MonitorFailures.translate("attach to container " + container.id(), e);
        }
    }

    /// Opens the log file anew, after kubelet has moved the old one away; returns when the new one is there.
    public void reopenLog(String id) throws SandboxException, InterruptedException {
        var container = running(id, "reopen the log of");
        try {
            monitor.reopenLog(container.id());
        } catch (MonitorException e) {
            throw MonitorFailures.translate("reopen the log of container " + container.id(), e);
        }
    }

    private ContainerRecord running(String id, String tried) throws SandboxException {
        var container = index.find(id).record();
        if (!container.status().running()) {
            throw new SandboxException.WrongState("tried to " + tried + " container " + container.id() + " but it is "
                    + ContainerStarts.words(container.status()));
        }
        return container;
    }

    /// Changes limits of a created or running container: all of them or none. What the kernel has taken is a fact, also
    /// when its record can only be written later.
    public void updateResources(String id, ResourceChange change) throws SandboxException, InterruptedException {
        var container = index.find(id);
        container.updating.lockInterruptibly();
        try {
            var status = container.record().status();
            if (!status.running() && !status.canStart()) {
                throw new SandboxException.WrongState("tried to change the limits of container " + container.id()
                        + " but it is " + ContainerStarts.words(status));
            }
            var step = change.from(container.record().resources());
            var update = step.update();
            var score = update.oomScoreAdj() == 0 ? OptionalInt.empty() : OptionalInt.of((int) update.oomScoreAdj());
            try {
                monitor.update(container.id(), specWriter.write(step.kernel()), score);
            } catch (MonitorException e) {
                throw MonitorFailures.translate("change the limits of container " + container.id(), e);
            }
            container.observe(record -> record.with(record.resources().updatedBy(update)));
        } finally {
            container.updating.unlock();
        }
    }
}
