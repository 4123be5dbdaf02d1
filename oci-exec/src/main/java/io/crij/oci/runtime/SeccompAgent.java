package io.crij.oci.runtime;

import io.crij.linux.ErrnoException;
import io.crij.linux.Fd;
import io.crij.linux.Pidfd;
import io.crij.linux.Signal;
import io.crij.linux.UnixSocket;
import io.crij.oci.runtime.ContainerState.Status;
import io.crij.oci.runtime.OciException.StepFailed;
import io.crij.oci.seccomp.SeccompFilter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;

/// Whom a filter with `SCMP_ACT_NOTIFY` asks: it gets the notify descriptor of every process that has the filter, with
/// the container process state, one connection each (runtime-spec, "Seccomp" and "The Container Process State").
///
/// @param socket `listenerPath`
/// @param metadata `listenerMetadata`
/// @param state of the container, given the pid of the process that has the filter
record SeccompAgent(String socket, String metadata, IntFunction<ContainerState> state) {
    /// The state while the container's first process loads the filter.
    static IntFunction<ContainerState> ofFirst(ContainerRecord record) {
        return pid -> state(record, Status.CREATED, pid);
    }

    /// The state for an exec.
    static ContainerState running(ContainerRecord record) {
        return state(record, record.started() ? Status.RUNNING : Status.CREATED, record.pid());
    }

    private static ContainerState state(ContainerRecord record, Status status, int pid) {
        return new ContainerState(
                record.ociVersion(),
                record.id(),
                status,
                pid,
                Path.of(record.bundle()),
                record.rootfs(),
                Instant.ofEpochMilli(record.created()),
                record.annotations());
    }

    /// Keeps what a later runtime needs, for filters that ask.
    static void write(Path folder, SeccompFilter filter) throws ErrnoException {
        if (filter.notifies()) {
            String text = filter.listenerPath().orElseThrow() + "\0" + filter.listenerMetadata();
            StateFolder.write(folder, StateFolder.AGENT, text.getBytes(StandardCharsets.UTF_8));
        }
    }

    /// What was kept with [#write], of a filter that asks.
    static SeccompAgent read(Path folder, IntFunction<ContainerState> state) throws ErrnoException {
        String[] parts = new String(StateFolder.read(folder, StateFolder.AGENT), StandardCharsets.UTF_8).split("\0", 2);
        return new SeccompAgent(parts[0], parts[1], state);
    }

    /// Empty when the filter asks nobody.
    static Optional<SeccompAgent> of(Optional<SeccompFilter> filter, IntFunction<ContainerState> state) {
        return filter.filter(SeccompFilter::notifies)
                .map(f -> new SeccompAgent(f.listenerPath().orElseThrow(), f.listenerMetadata(), state));
    }

    /// Hands the descriptor over and lets the process go on, or ends it.
    ///
    /// @param number of the descriptor in the process, which waits for a byte from `go`
    void hand(int pid, int number, Fd go) throws StepFailed {
        try (var process = new Pidfd(pid)) {
            try (Fd listener = process.takeDescriptor(number);
                    var agent = UnixSocket.connect(socket, UnixSocket.Kind.STREAM)) {
                agent.send(StateJson.forAgent(state.apply(pid), pid, metadata), List.of(listener));
            } catch (ErrnoException e) {
                // nobody would ever answer it
                process.send(Signal.KILL);
                throw e;
            }
            go.write(new byte[] {1});
        } catch (ErrnoException e) {
            throw new StepFailed(
                    "linux.seccomp.listenerPath: cannot hand the notify descriptor of process " + pid
                            + " to the agent at " + socket + ": " + e.getMessage() + "; is the agent running?",
                    e.errno(),
                    e);
        }
    }
}
