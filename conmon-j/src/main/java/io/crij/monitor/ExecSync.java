package io.crij.monitor;

import io.crij.monitor.proto.ExecOutput;
import io.crij.monitor.proto.ExecResult;
import io.crij.oci.runtime.ExitStatus;
import io.crij.oci.runtime.OciException;
import io.crij.oci.runtime.Shim;
import io.crij.oci.runtime.Stdio;
import io.crij.oci.spec.SpecReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/// Runs a process in a container and collects its output. The answer comes when the process itself has ended; its
/// children may live on and keep the pipes. When the time is over, or the client gives up, all of them are killed.
final class ExecSync {
    private static final int KILLED = 128 + 9;
    /// How long killed processes may take to end.
    private static final Duration DEATH = Duration.ofSeconds(5);

    private final Containers containers;
    private final Readiness readiness;
    private final ExecNotes notes;
    private final BufferPool buffers = new BufferPool();
    private final SpecReader specs = new SpecReader();

    ExecSync(Containers containers, Readiness readiness, ExecNotes notes) {
        this.containers = containers;
        this.readiness = readiness;
        this.notes = notes;
    }

    /// Takes output of a process that goes on.
    interface Output {
        /// @throws IOException when the client is gone
        void send(ExecOutput output) throws IOException;
    }

    ExecResult run(io.crij.monitor.proto.ExecSync request, Output output)
            throws MonitorException, OciException, IOException, InterruptedException {
        LiveContainer container = containers.find(request.getContainerId());
        refuseUnlessRunning(container.record());
        var process = specs.process(request.getProcess().toByteArray());
        Shim shim = container.runtime().exec(container.id(), process, new Stdio.Pipes(false));
        ByteBuffer buffer = buffers.take();
        // the note goes last: whatever is killed before leaves nothing unknown behind
        try (ExecNotes.Note _ = notes.write(container.id(), shim)) {
            return collect(request, output, container, shim, buffer);
        }
    }

    private ExecResult collect(
            io.crij.monitor.proto.ExecSync request,
            Output output,
            LiveContainer container,
            Shim shim,
            ByteBuffer buffer)
            throws IOException, InterruptedException {
        Duration timeout = Duration.ofMillis(request.getTimeoutMs());
        try (ExecRun run = new ExecRun(readiness, shim, buffer, output)) {
            run.begin(request.getOutputLimit());
            return collect(container, shim, run, timeout);
        } finally {
            buffers.give(buffer);
            shim.release();
            shim.close();
        }
    }

    private static ExecResult collect(LiveContainer container, Shim shim, ExecRun run, Duration timeout)
            throws IOException, InterruptedException {
        ExecTree tree = new ExecTree(container, shim);
        try {
            Optional<ExitStatus> exit = run.untilExit(timeout);
            if (exit.isPresent()) {
                return run.result(exit.get().code(), false);
            }
        } catch (IOException | InterruptedException e) {
            tree.kill();
            throw e;
        }
        tree.kill();
        int code = run.untilExit(DEATH).map(ExitStatus::code).orElse(KILLED);
        return run.result(code, true);
    }

    static void refuseUnlessRunning(ContainerRecord record) throws OciException {
        switch (record.status()) {
            case CREATED, RUNNING -> {}
            case CREATING, PAUSED, STOPPED ->
                throw new OciException.WrongState("Tried to execute a command in container " + record.id()
                        + " but it is not running: it is "
                        + record.status().name().toLowerCase(Locale.ROOT));
        }
    }
}
