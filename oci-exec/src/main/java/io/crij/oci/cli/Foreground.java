package io.crij.oci.cli;

import io.crij.linux.Epoll;
import io.crij.linux.ErrnoException;
import io.crij.linux.Fd;
import io.crij.oci.runtime.ExitStatus;
import io.crij.oci.runtime.OciException.StepFailed;
import io.crij.oci.runtime.Shim;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Stays until a process has ended: what signals this command gets meanwhile the process gets, and the streams of this
/// command are joined to its terminal.
final class Foreground implements AutoCloseable {
    private static final long EXITED = 1;
    private static final long OUTPUT = 2;

    private final Shim shim;
    private final SignalForwarding signals;
    private final @Nullable TerminalRelay terminal;
    private boolean output;
    private boolean ready;
    private boolean gone;

    /// @param relayed whether the terminal was not handed to somebody else
    Foreground(Shim shim, boolean relayed) throws StepFailed {
        this.shim = shim;
        Optional<Fd> console = relayed ? shim.console() : Optional.empty();
        signals = new SignalForwarding(shim.pid(), console.isPresent());
        try {
            terminal = console.isPresent() ? new TerminalRelay(console.get()) : null;
        } catch (ErrnoException e) {
            signals.close();
            throw new StepFailed("cannot use the terminal: " + e.getMessage(), e.errno(), e);
        }
    }

    /// @return the process's exit code
    int await() throws StepFailed {
        try (Epoll epoll = new Epoll()) {
            epoll.add(shim.exited(), Epoll.IN, EXITED);
            if (terminal != null) {
                epoll.add(terminal.console(), Epoll.IN, OUTPUT);
                output = true;
            }
            while (true) {
                boolean alone = gone;
                Optional<ExitStatus> status = shim.exitStatus();
                if (status.isPresent()) {
                    drain();
                    shim.release();
                    return status.get().code();
                }
                if (alone) {
                    throw new StepFailed("how process " + shim.pid() + " ends is unknown: its shim was killed", 0);
                }
                ready = false;
                epoll.await((token, events) -> {
                    ready |= token == OUTPUT;
                    gone |= token == EXITED && (events & Epoll.HUP) != 0;
                });
                if (ready && terminal != null && !terminal.pass()) {
                    // its end stays ready
                    epoll.remove(terminal.console());
                    output = false;
                }
            }
        } catch (ErrnoException e) {
            throw new StepFailed("cannot wait for the process: " + e.getMessage(), e.errno(), e);
        }
    }

    /// What the process has written before its end; others may hold its terminal open.
    private void drain() throws ErrnoException {
        if (terminal == null || !output) {
            return;
        }
        try (Epoll epoll = new Epoll()) {
            epoll.add(terminal.console(), Epoll.IN, OUTPUT);
            while (epoll.await(Duration.ZERO, (_, _) -> {}) > 0 && terminal.pass()) {
                // more may be there
            }
        }
    }

    @Override
    public void close() {
        signals.close();
        if (terminal != null) {
            terminal.close();
        }
    }
}
