package io.crij.oci.runtime;

import io.crij.linux.Errno;
import io.crij.linux.ErrnoException;
import io.crij.linux.Pidfd;
import io.crij.linux.Signal;
import io.crij.oci.cgroup.Cgroup;
import io.crij.oci.runtime.OciException.StepFailed;
import io.crij.oci.runtime.OciException.TimedOut;
import io.crij.oci.runtime.OciException.WrongState;
import io.crij.oci.spec.Hook;
import io.crij.oci.spec.Namespace.Type;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;

/// One delete: the processes, the cgroups, the shim, the folder, in this order, so that a failure can be repeated.
final class Deletion {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Toolbox tools;
    private final LiveContainer container;
    private final ContainerRecord record;

    Deletion(Toolbox tools, LiveContainer container) {
        this.tools = tools;
        this.container = container;
        this.record = container.record();
    }

    /// @param kill what still runs; else it is an error
    void run(boolean kill) throws OciException, InterruptedException {
        if (container.alive()) {
            if (!kill) {
                throw new WrongState("cannot delete container " + record.id()
                        + " that is not stopped: running; stop it, or use force");
            }
            end(record.pid());
        }
        if (record.pid() == 0) {
            endHalfMade();
        }
        if (container.cgroup().isPresent()) {
            removeGroups(container.cgroup().get());
        }
        endShim();
        if (container.cgroup().isPresent()) {
            container.cgroup().get().end();
        }
        container.closeWaiting();
        try {
            StateFolder.remove(container.folder());
        } catch (ErrnoException e) {
            throw new StepFailed("cannot remove " + container.folder() + ": " + e.getMessage(), e.errno(), e);
        }
        poststop();
    }

    private void removeGroups(Cgroup cgroup) throws OciException, InterruptedException {
        if (record.pid() == 0) {
            cgroup.killAndDelete();
            return;
        }
        // what has no pid namespace of its own survives its first process
        if (!record.namespaces().contains(Type.PID) && !cgroup.pids().isEmpty()) {
            cgroup.signal(Signal.KILL);
        }
        cgroup.delete();
    }

    /// The container is gone whatever they do.
    private void poststop() throws InterruptedException {
        for (Hook hook : record.poststop()) {
            var state = new ContainerState(
                    record.ociVersion(),
                    record.id(),
                    ContainerState.Status.STOPPED,
                    0,
                    Path.of(record.bundle()),
                    record.rootfs(),
                    Instant.ofEpochMilli(record.created()),
                    record.annotations());
            try {
                new HookRunner(tools).run("poststop", List.of(hook), StateJson.forHook(state));
            } catch (OciException.HookFailed e) {
                Log.warning("container " + record.id() + ": " + e.getMessage());
            }
        }
    }

    private void end(int pid) throws OciException, InterruptedException {
        try (var pidfd = new Pidfd(pid)) {
            if (!container.alive()) {
                return;
            }
            // a frozen process takes no signal but this, and dies of it only when it runs again
            pidfd.send(Signal.KILL);
            if (container.cgroup().isPresent() && container.cgroup().get().frozen()) {
                container.cgroup().get().thaw();
            }
            if (!tools.readiness().await(pidfd.fd(), PATIENCE)) {
                throw new TimedOut("the end of process " + pid + " of container " + record.id(), PATIENCE);
            }
        } catch (ErrnoException e) {
            if (e.errno() != Errno.ESRCH) {
                throw new StepFailed("cannot kill process " + pid + ": " + e.getMessage(), e.errno(), e);
            }
        }
    }

    /// A runtime that was killed in the middle of a create has not written down which process is the shim. Its child, a
    /// container's first process, ends with it.
    private void endHalfMade() throws OciException {
        byte[] name = (Launch.SHIM + record.id() + '\0').getBytes(StandardCharsets.UTF_8);
        try (var processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (var process : processes) {
                if (startsWith(process.resolve("cmdline"), name)) {
                    kill(Integer.parseInt(process.getFileName().toString()), process.resolve("cmdline"), name);
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            throw new StepFailed("cannot look for the shim of " + record.id() + " in /proc: " + e.getMessage(), 0, e);
        }
    }

    private void kill(int shim, Path commandLine, byte[] name) throws OciException {
        try (var pidfd = new Pidfd(shim)) {
            // held now: if it is still that one, it stays that one
            if (startsWith(commandLine, name)) {
                pidfd.send(Signal.KILL);
                tools.reaper().reap(shim);
            }
        } catch (ErrnoException e) {
            if (e.errno() != Errno.ESRCH) {
                throw new StepFailed("cannot end the shim of " + record.id() + ": " + e.getMessage(), e.errno(), e);
            }
        }
    }

    private static boolean startsWith(Path file, byte[] beginning) {
        try (var in = Files.newInputStream(file)) {
            return Arrays.equals(in.readNBytes(beginning.length), beginning);
        } catch (IOException _) {
            return false; // it has ended
        }
    }

    /// The shim goes by itself when it was released; else it is ended here.
    private void endShim() throws OciException {
        if (record.shim() == 0 || !ProcessClock.alive(record.shim(), record.shimStart())) {
            return;
        }
        try (var pidfd = new Pidfd(record.shim())) {
            if (ProcessClock.alive(record.shim(), record.shimStart())) {
                pidfd.send(Signal.KILL);
                tools.reaper().reap(record.shim());
            }
        } catch (ErrnoException e) {
            if (e.errno() != Errno.ESRCH) {
                throw new StepFailed("cannot end the shim of " + record.id() + ": " + e.getMessage(), e.errno(), e);
            }
        }
    }
}
