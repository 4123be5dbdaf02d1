package io.crij.shim;

import io.crij.linux.Fd;
import io.crij.linux.Pipe;
import io.crij.linux.WindowSize;
import io.crij.oci.runtime.ExitStatus;
import io.crij.oci.runtime.OciException;
import io.crij.oci.runtime.Shim;
import java.util.Optional;
import java.util.OptionalInt;

/// A container of a shim: its streams are held by a process of `init`, what else is asked of it goes to the shim.
final class TaskShim implements Shim {
    private static final System.Logger LOG = System.getLogger(TaskShim.class.getName());

    private final ShimContainer container;
    private final Shim streams;

    TaskShim(ShimContainer container, Shim streams) {
        this.container = container;
        this.streams = streams;
    }

    @Override
    public int pid() {
        return streams.pid();
    }

    @Override
    public OptionalInt shimPid() {
        return streams.shimPid();
    }

    @Override
    public Optional<Fd> stdin() {
        return streams.stdin();
    }

    @Override
    public Optional<Fd> stdout() {
        return streams.stdout();
    }

    @Override
    public Optional<Fd> stderr() {
        return streams.stderr();
    }

    @Override
    public Optional<Pipe> stdoutBacklog() {
        return streams.stdoutBacklog();
    }

    @Override
    public Optional<Pipe> stderrBacklog() {
        return streams.stderrBacklog();
    }

    /// It is the shim's.
    @Override
    public Optional<Fd> console() {
        return Optional.empty();
    }

    @Override
    public Fd exited() {
        return streams.exited();
    }

    @Override
    public Optional<ExitStatus> exitStatus() {
        return streams.exitStatus();
    }

    @Override
    public boolean relayed() {
        return true;
    }

    @Override
    public boolean killedForMemory() {
        return container.outOfMemory();
    }

    @Override
    public void resize(WindowSize size) throws OciException {
        if (!container.record().streams().terminal()) {
            throw new OciException.WrongState("container " + container.id() + " has no terminal");
        }
        try {
            container.task().resize("", size);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void closeStdin() {
        if (container.record().streams().terminal()) {
            return; // who types sends ^D
        }
        streams.closeStdin();
        later("close the input", () -> container.task().closeInput(""));
    }

    private interface Call {
        void run() throws OciException, InterruptedException;
    }

    private void later(String what, Call call) {
        Thread.ofVirtual().name("shim-" + container.id()).start(() -> {
            try {
                call.run();
            } catch (OciException e) {
                LOG.log(System.Logger.Level.DEBUG, what + " of container " + container.id() + ": " + e.getMessage());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    /// The shim has nothing to keep any more. The holder of a sandbox is the parent of the shim, and goes after it.
    @Override
    public void release() {
        if (container.exit().isPresent()) {
            later("forget the end", container::deleteTask);
        }
        if (!container.record().sandbox()) {
            streams.release();
        }
    }

    @Override
    public void close() {
        streams.close();
    }
}
