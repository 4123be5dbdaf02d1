package io.crij.oci.runtime;

import io.crij.linux.ErrnoException;
import io.crij.linux.Fd;
import io.crij.linux.Pipe;
import io.crij.linux.Pty;
import io.crij.linux.Signal;
import io.crij.linux.WindowSize;
import java.util.Optional;
import java.util.OptionalInt;

/// A process of a container together with the small parent that watches over it: our ends of its streams and its exit
/// status. Closing gives our descriptors back and leaves shim and process alone; [#release] lets the shim go.
public interface Shim extends AutoCloseable {
    /// Pid of the process in the host's pid namespace; 0 when it has none of its own there.
    int pid();

    /// Pid of the small parent, when it is known to live; 0 when there is none of its own.
    default OptionalInt shimPid() {
        return OptionalInt.empty();
    }

    /// Write end of the process's standard input, when it has one.
    Optional<Fd> stdin();

    /// Read end of standard output; absent with a terminal.
    Optional<Fd> stdout();

    Optional<Fd> stderr();

    /// A pipe that nobody else writes to or reads from, for output on its way: the shim holds it, so what is in it
    /// outlives the runtime. With [Stdio.Pipes#backlogs] only.
    default Optional<Pipe> stdoutBacklog() {
        return Optional.empty();
    }

    default Optional<Pipe> stderrBacklog() {
        return Optional.empty();
    }

    /// Master of the pseudo terminal.
    Optional<Fd> console();

    /// Becomes readable when the exit status has been recorded; for epoll.
    Fd exited();

    /// The exit status; empty while the process lives.
    Optional<ExitStatus> exitStatus();

    /// Sets the size of the pseudo terminal.
    ///
    /// @throws OciException.WrongState when it has none
    default void resize(WindowSize size) throws OciException {
        Fd master = console().orElseThrow(() -> new OciException.WrongState("process " + pid() + " has no terminal"));
        try {
            // the master stays the shim's: the Pty must not be closed
            @SuppressWarnings("resource")
            Pty terminal = new Pty(master);
            terminal.resize(size);
        } catch (ErrnoException e) {
            throw new OciException.StepFailed("cannot resize a terminal: " + e.getMessage(), e.errno(), e);
        }
    }

    /// Sends a signal by way of the runtime, where that is the only one that can. Others leave it to the caller, who
    /// knows the pid.
    default void signal(Signal signal) {}

    /// Whether another program brings the output here: then its last part may come after the exit status.
    default boolean relayed() {
        return false;
    }

    /// Whether the runtime has said that the kernel killed for want of memory; what the host's cgroups say is not
    /// asked.
    default boolean killedForMemory() {
        return false;
    }

    /// Closes the process's standard input for good, also the write end that the shim holds.
    void closeStdin();

    /// Acknowledges that output and status are safe: the shim ends. Idempotent.
    void release();

    @Override
    void close();
}
