package io.crij.shim;

import io.crij.linux.ErrnoException;
import io.crij.linux.EventFd;
import io.crij.linux.Fd;
import io.crij.linux.Signal;
import io.crij.linux.WindowSize;
import io.crij.oci.runtime.ExitStatus;
import io.crij.oci.runtime.OciException;
import io.crij.oci.runtime.Shim;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// A process that a shim executes in a container. Thread-safe.
final class ExecShim implements Shim {
    private static final System.Logger LOG = System.getLogger(ExecShim.class.getName());

    /// How long the last output may take to come out of the shim, which is longer only when another process has the
    /// exec's streams.
    private static final Duration LAST_OUTPUT = Duration.ofSeconds(1);

    private final ShimContainer container;
    private final String exec;
    private final int pid;
    private final boolean terminal;
    private final NamedPipes pipes;
    private final ExecStreams streams;
    private final EventFd exited;
    private final CountDownLatch forgotten = new CountDownLatch(1);
    private volatile @Nullable ExitStatus exit;
    private boolean released;
    private boolean closed;

    ExecShim(ShimContainer container, String exec, int pid, boolean terminal, NamedPipes pipes, ExecStreams streams)
            throws ErrnoException {
        this.container = container;
        this.exec = exec;
        this.pid = pid;
        this.terminal = terminal;
        this.pipes = pipes;
        this.streams = streams;
        this.exited = new EventFd();
    }

    /// Begins to wait for its end.
    void watch() {
        Thread.ofVirtual().name("shim-" + exec).start(this::await);
    }

    private void await() {
        ExitStatus status = ExitStatus.unseen("the shim did not say how it ended");
        try {
            status = container.task().await(exec);
            // the shim forgets it when it has brought out all that was written
            Thread.ofVirtual().name("forget-" + exec).start(this::forget);
            forgotten.await(LAST_OUTPUT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (OciException | Task.ShimGone e) {
            LOG.log(System.Logger.Level.INFO, "how an exec has ended is unknown: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        ended(status);
    }

    private void forget() {
        try {
            container.task().delete(exec);
        } catch (OciException e) {
            LOG.log(System.Logger.Level.DEBUG, "an exec that the shim keeps: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            forgotten.countDown();
        }
    }

    private synchronized void ended(ExitStatus status) {
        exit = status;
        if (closed) {
            return;
        }
        try {
            exited.raise();
        } catch (ErrnoException e) {
            LOG.log(System.Logger.Level.ERROR, "the end of an exec cannot be told", e);
        }
    }

    /// Kills it and has the shim forget it; not there is no error.
    static void end(ShimContainer container, String exec) throws InterruptedException {
        try {
            container.task().kill(exec, Signal.KILL.number(), false);
            container.task().await(exec, container.record().settings().time());
        } catch (OciException | Task.ShimGone e) {
            LOG.log(System.Logger.Level.DEBUG, "an exec has ended before: " + e.getMessage());
        }
        try {
            container.task().delete(exec);
        } catch (OciException e) {
            LOG.log(System.Logger.Level.DEBUG, "an exec that the shim does not know: " + e.getMessage());
        }
    }

    @Override
    public int pid() {
        return pid;
    }

    /// Its parent is the shim of the whole pod.
    @Override
    public OptionalInt shimPid() {
        return OptionalInt.of(0);
    }

    @Override
    public Optional<Fd> stdin() {
        return Optional.ofNullable(streams.stdin());
    }

    @Override
    public Optional<Fd> stdout() {
        return Optional.ofNullable(streams.stdout());
    }

    @Override
    public Optional<Fd> stderr() {
        return Optional.ofNullable(streams.stderr());
    }

    @Override
    public Optional<Fd> console() {
        return Optional.empty();
    }

    @Override
    public Fd exited() {
        return exited.fd();
    }

    @Override
    public Optional<ExitStatus> exitStatus() {
        return Optional.ofNullable(exit);
    }

    @Override
    public boolean relayed() {
        return true;
    }

    @Override
    public void signal(Signal signal) {
        try {
            container.task().kill(exec, signal.number(), false);
        } catch (OciException e) {
            LOG.log(System.Logger.Level.DEBUG, "an exec was not sent " + signal + ": " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void resize(WindowSize size) throws OciException {
        if (!terminal) {
            throw new OciException.WrongState("an exec in container " + container.id() + " has no terminal");
        }
        try {
            container.task().resize(exec, size);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void closeStdin() {
        Fd stdin = streams.stdin();
        if (stdin == null || terminal) {
            return;
        }
        stdin.close();
        Thread.ofVirtual().name("input-" + exec).start(() -> {
            try {
                container.task().closeInput(exec);
            } catch (OciException e) {
                LOG.log(System.Logger.Level.DEBUG, "the input of an exec stays open: " + e.getMessage());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    @Override
    public synchronized void release() {
        if (released) {
            return;
        }
        released = true;
        if (exit == null) {
            Thread.ofVirtual().name("end-" + exec).start(() -> {
                try {
                    end(container, exec);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
        }
        try {
            pipes.remove();
        } catch (ErrnoException e) {
            LOG.log(System.Logger.Level.WARNING, "pipes of an exec stay: " + e.getMessage());
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        streams.close();
        exited.close();
    }
}
