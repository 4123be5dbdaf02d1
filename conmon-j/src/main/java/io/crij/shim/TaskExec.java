package io.crij.shim;

import io.crij.linux.ErrnoException;
import io.crij.oci.runtime.OciException;
import io.crij.oci.runtime.OciException.StepFailed;
import io.crij.oci.runtime.Rollback;
import io.crij.oci.runtime.Shim;
import io.crij.oci.runtime.Stdio;
import io.crij.oci.spec.Process;
import io.crij.oci.spec.SpecWriter;
import io.crij.shim.proto.ExecProcessRequest;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// One exec by a shim. Its pipes are not held by anybody but the shim and us: it does not outlive the monitor that
/// asked for it. What an earlier monitor has left is known by its pipes, and ended.
final class TaskExec {
    private static final System.Logger LOG = System.getLogger(TaskExec.class.getName());
    private static final String NAME = "exec-";
    /// Apart from those of an earlier monitor.
    private static final AtomicLong NUMBERS = new AtomicLong(System.currentTimeMillis() * 1000);

    private final ShimContainer container;

    TaskExec(ShimContainer container) {
        this.container = container;
    }

    Shim run(Process process, Stdio stdio) throws OciException, InterruptedException {
        String exec = NAME + NUMBERS.incrementAndGet();
        Streams streams = Streams.of(stdio);
        NamedPipes pipes = NamedPipes.of(container.bundle(), exec, streams);
        try (var undo = new Rollback()) {
            undo.add("remove the pipes of an exec in " + container.id(), pipes::remove);
            pipes.make();
            try (var _ = pipes.hold()) {
                var ends = ExecStreams.open(pipes);
                undo.add("close the streams of an exec in " + container.id(), ends::close);
                byte[] json = new SpecWriter().write(process.with(p -> p.terminal = streams.terminal()));
                undo.add("have the shim forget an exec in " + container.id(), () -> forget(exec));
                container.task().exec(message(exec, streams, pipes, json));
                int pid = container.task().start(exec);
                var shim = new ExecShim(container, exec, ownPid(pid), streams.terminal(), pipes, ends);
                undo.commit();
                shim.watch();
                return shim;
            }
        } catch (IOException e) {
            throw new StepFailed(
                    "cannot exec in container " + container.id() + ": " + e.getMessage(),
                    e instanceof ErrnoException errno ? errno.errno() : 0,
                    e);
        }
    }

    /// What runs in a virtual machine has the pid of that, which must not be taken for the process's.
    private int ownPid(int pid) {
        ShimRecord.@Nullable Processes known = container.record().process();
        return known != null && known.pid() == pid ? 0 : pid;
    }

    private ExecProcessRequest message(String exec, Streams streams, NamedPipes pipes, byte[] process) {
        return ExecProcessRequest.newBuilder()
                .setId(container.id())
                .setExecId(exec)
                .setTerminal(streams.terminal())
                .setStdin(NamedPipes.name(pipes.stdin()))
                .setStdout(NamedPipes.name(pipes.stdout()))
                .setStderr(NamedPipes.name(pipes.stderr()))
                .setSpec(ShimOptions.spec("Process", process))
                .build();
    }

    private void forget(String exec) throws InterruptedException {
        ExecShim.end(container, exec);
    }

    /// Ends what an earlier monitor has left under way.
    static void endLeft(ShimContainer container) throws InterruptedException {
        try {
            for (String exec : NamedPipes.left(container.bundle(), NAME)) {
                ExecShim.end(container, exec);
                NamedPipes.of(container.bundle(), exec, new Streams(true, true, false))
                        .remove();
            }
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "execs in container " + container.id() + " may be left", e);
        }
    }
}
