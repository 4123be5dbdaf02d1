package io.crij.monitor;

import io.crij.linux.Fd;
import io.crij.monitor.proto.Ended;
import io.crij.monitor.proto.Reply;
import io.crij.monitor.proto.Streams;
import io.crij.oci.runtime.ExitStatus;
import io.crij.oci.runtime.OciException;
import io.crij.oci.runtime.Shim;
import io.crij.oci.runtime.Stdio;
import io.crij.oci.spec.Process;
import io.crij.oci.spec.SpecReader;
import java.io.IOException;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;

/// Runs a process in a container for a client that reads and writes its streams itself. A client that goes before the
/// process's end takes it along.
final class Exec {
    /// How long processes have after SIGHUP.
    private static final Duration GRACE = Duration.ofSeconds(2);

    private final Containers containers;
    private final Readiness readiness;
    private final ExecNotes notes;
    private final SpecReader specs = new SpecReader();

    Exec(Containers containers, Readiness readiness, ExecNotes notes) {
        this.containers = containers;
        this.readiness = readiness;
        this.notes = notes;
    }

    void run(io.crij.monitor.proto.Exec request, Monitor.Replies replies)
            throws MonitorException, OciException, IOException, InterruptedException {
        LiveContainer container = containers.find(request.getContainerId());
        ExecSync.refuseUnlessRunning(container.record());
        Process process = specs.process(request.getProcess().toByteArray());
        Stdio stdio = process.terminal() ? new Stdio.Terminal() : new Stdio.Pipes(request.getStdin());
        Shim shim = container.runtime().exec(container.id(), process, stdio);
        try (ExecNotes.Note _ = notes.write(container.id(), shim)) {
            follow(container, shim, request.getDescriptors(), replies);
        }
    }

    private void follow(LiveContainer container, Shim shim, String socket, Monitor.Replies replies)
            throws IOException, InterruptedException {
        try (ExitWait exit = new ExitWait(readiness, shim)) {
            follow(container, shim, exit, socket, replies);
        } finally {
            shim.release();
            shim.close();
        }
    }

    private static void follow(
            LiveContainer container, Shim shim, ExitWait exit, String socket, Monitor.Replies replies)
            throws IOException, InterruptedException {
        ExitStatus status;
        try {
            Handover.send(socket, streams(shim));
            replies.onInputEnd(shim::closeStdin);
            replies.onResize(new TerminalSize(shim));
            replies.more(Reply.newBuilder().setStreams(Streams.getDefaultInstance()));
            status = exit.await();
        } catch (IOException | InterruptedException e) {
            end(new ExecTree(container, shim), exit);
            throw e;
        }
        replies.last(Reply.newBuilder().setEnded(Ended.newBuilder().setExitCode(status.code())));
    }

    private static Map<Handover.Kind, Fd> streams(Shim shim) {
        Map<Handover.Kind, Fd> streams = new EnumMap<>(Handover.Kind.class);
        shim.stdin().ifPresent(fd -> streams.put(Handover.Kind.STDIN, fd));
        shim.stdout().ifPresent(fd -> streams.put(Handover.Kind.STDOUT, fd));
        shim.stderr().ifPresent(fd -> streams.put(Handover.Kind.STDERR, fd));
        shim.console().ifPresent(fd -> streams.put(Handover.Kind.CONSOLE, fd));
        return streams;
    }

    private static void end(ExecTree tree, ExitWait exit) throws IOException, InterruptedException {
        tree.hangUp();
        try {
            exit.await(GRACE);
        } finally {
            tree.kill();
        }
    }
}
