package io.crij.oci.runtime;

import io.crij.linux.Fd;
import io.crij.linux.Pipe;
import java.util.Optional;
import java.util.OptionalInt;

/// A process of a container together with the small parent that watches over it: our ends of its streams and its exit
/// status. Closing gives our descriptors back and leaves shim and process alone; [#release] lets the shim go.
public interface Shim extends AutoCloseable {
    /// Pid of the container's process in the host's pid namespace.
    int pid();

    /// Pid of the small parent, when it is known to live.
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

    /// Closes the process's standard input for good, also the write end that the shim holds.
    void closeStdin();

    /// Acknowledges that output and status are safe: the shim ends. Idempotent.
    void release();

    @Override
    void close();
}
