package io.crij.oci.runtime;

import io.crij.linux.ErrnoException;
import io.crij.linux.Fd;
import io.crij.linux.Pidfd;
import io.crij.linux.Pipe;
import io.crij.linux.abi.FileFlags;
import io.crij.oci.program.Init;
import io.crij.oci.runtime.OciException.StepFailed;
import io.crij.oci.runtime.OciException.WrongState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Runs commands under a process of `init`, so that what they leave behind has a parent that outlives this runtime.
/// Thread-safe.
public final class Subreapers {
    private final Init init;
    private final Readiness readiness;
    private final Reaper reaper;

    Subreapers(Init init, Readiness readiness, Reaper reaper) {
        this.init = init;
        this.readiness = readiness;
        this.reaper = reaper;
    }

    /// Starts a command.
    ///
    /// @throws ErrnoException when there is no room for one more process or descriptor
    public Subreaper start(Subreaper.Request request) throws ErrnoException {
        var slots = new Slots(0, 0);
        var descriptors = new Descriptors(slots, request.stdio(), request.exitRecords());
        try {
            @Nullable Fd waited = request.waited();
            @Nullable Fd listener = request.listener();
            try (Fd nothing = Fd.open("/dev/null", FileFlags.O_RDWR)) {
                var places = new Subreaper.Places(
                        slots.reserve(),
                        slots.give(nothing),
                        waited == null ? Descriptors.NONE : slots.give(waited),
                        listener == null ? Descriptors.NONE : slots.give(listener),
                        descriptors.shim);
                var program = new SubreaperProgram(slots, places, request).compile();
                int pid = init.start(
                        program, Launch.SHIM + request.id(), slots.given(descriptors.exitFile), places.program());
                descriptors.close();
                return new Subreaper(
                        pid,
                        descriptors,
                        program,
                        readiness,
                        reaper,
                        request.waiter().isPresent());
            }
        } catch (ErrnoException | RuntimeException e) {
            descriptors.closeAll();
            throw e;
        }
    }

    /// Takes the process over that an earlier runtime started.
    ///
    /// @param pid whose end is wanted
    /// @param exits finds how it ended
    /// @param stdio what it was started with
    public Shim reopen(String id, Subreaper.Handle handle, int pid, Subreaper.Exits exits) throws OciException {
        if (!ProcessClock.alive(handle.pid(), handle.start())) {
            throw new WrongState("the shim of container " + id + " (process " + handle.pid() + ") is gone");
        }
        List<Fd> opened = new ArrayList<>();
        try {
            ShimSlots slots = handle.slots();
            @Nullable Fd console = null;
            if (handle.terminal()) {
                try (var pidfd = new Pidfd(handle.pid())) {
                    console = keep(opened, pidfd.takeDescriptor(slots.console()));
                }
            }
            var streams = new ShimProcess.Streams(
                    again(opened, handle, slots.stdin(), FileFlags.O_WRONLY),
                    again(opened, handle, slots.stdout(), FileFlags.O_RDONLY),
                    again(opened, handle, slots.stderr(), FileFlags.O_RDONLY),
                    console,
                    new ShimProcess.Backlogs(
                            backlog(opened, handle, slots.stdoutBacklog()),
                            backlog(opened, handle, slots.stderrBacklog())),
                    required(opened, handle, slots.control(), FileFlags.O_WRONLY),
                    required(opened, handle, slots.exited(), FileFlags.O_RDONLY),
                    required(opened, handle, slots.exitFile(), FileFlags.O_RDONLY));
            var shim = new ShimProcess(pid, handle.pid(), streams, reaper, exits::find, !handle.waits());
            try (Fd tell = Fd.open("/proc/" + handle.pid() + "/fd/" + slots.exit(), FileFlags.O_WRONLY)) {
                Subreaper.want(shim, pid, tell);
            }
            return shim;
        } catch (ErrnoException e) {
            opened.forEach(Fd::close);
            throw new StepFailed("cannot take over the shim of container " + id + ": " + e.getMessage(), e.errno(), e);
        }
    }

    /// Orders the command that waits for the end of a container whose runtime was started by an earlier process.
    public void startWaiter(Subreaper.Handle handle) throws ErrnoException {
        try (Fd control =
                Fd.open("/proc/" + handle.pid() + "/fd/" + handle.slots().control(), FileFlags.O_WRONLY)) {
            control.write(new byte[] {ShimSteps.WAIT});
        }
    }

    /// The ends of its streams that a container has, for one more command that hands them to it. The caller closes
    /// them.
    public Stdio.Given streamsOfContainer(Subreaper.Handle handle) throws ErrnoException {
        ShimSlots slots = handle.slots();
        List<Fd> opened = new ArrayList<>();
        try {
            return new Stdio.Given(
                    containersEnd(opened, handle, slots.stdin(), FileFlags.O_RDONLY),
                    containersEnd(opened, handle, slots.stdout(), FileFlags.O_WRONLY),
                    containersEnd(opened, handle, slots.stderr(), FileFlags.O_WRONLY));
        } catch (ErrnoException e) {
            opened.forEach(Fd::close);
            throw e;
        }
    }

    private static Fd containersEnd(List<Fd> opened, Subreaper.Handle handle, int slot, int flags)
            throws ErrnoException {
        return slot == Descriptors.NONE
                ? keep(opened, Fd.open("/dev/null", FileFlags.O_RDWR))
                : required(opened, handle, slot, flags);
    }

    /// Tells the end of a container that the subreaper cannot see.
    public void tellEnd(Subreaper.Handle handle) throws ErrnoException {
        try (Fd exit = Fd.open("/proc/" + handle.pid() + "/fd/" + handle.slots().exit(), FileFlags.O_WRONLY)) {
            exit.write(new byte[] {1});
        }
    }

    private static Fd keep(List<Fd> opened, Fd fd) {
        opened.add(fd);
        return fd;
    }

    private static Fd required(List<Fd> opened, Subreaper.Handle handle, int slot, int flags) throws ErrnoException {
        return keep(opened, Fd.open("/proc/" + handle.pid() + "/fd/" + slot, flags));
    }

    private static @Nullable Fd again(List<Fd> opened, Subreaper.Handle handle, int slot, int flags)
            throws ErrnoException {
        if (slot == Descriptors.NONE) {
            return null;
        }
        try {
            return required(opened, handle, slot, flags);
        } catch (ErrnoException e) {
            // a standard input that was closed for good
            if (e.errno() == io.crij.linux.Errno.ENOENT && flags == FileFlags.O_WRONLY) {
                return null;
            }
            throw e;
        }
    }

    private static @Nullable Pipe backlog(List<Fd> opened, Subreaper.Handle handle, int slot) throws ErrnoException {
        if (slot <= 0) {
            return null;
        }
        Fd both = required(opened, handle, slot, FileFlags.O_RDWR);
        return new Pipe(both, both);
    }

    /// Whether the process is still there.
    public static boolean alive(int pid, long start) {
        return ProcessClock.alive(pid, start);
    }

    /// When the process began; with its pid it names one process for as long as the machine runs. 0: there is none.
    public static long startOf(int pid) {
        return ProcessClock.startOf(pid);
    }

    /// Waits for something to read.
    ///
    /// @return false when the time was over before
    public boolean await(Fd fd, Duration atMost) throws ErrnoException, InterruptedException {
        return readiness.await(fd, atMost);
    }

    /// Kills a process of which the pid and the start are known, and what it has started.
    public void end(Subreaper.Handle handle) throws ErrnoException {
        if (ProcessClock.alive(handle.pid(), handle.start())) {
            Descendants.killAll(handle.pid());
            endAlone(handle);
        }
    }

    /// Kills a process of which the pid and the start are known. What it has started goes on.
    public void endAlone(Subreaper.Handle handle) throws ErrnoException {
        if (!ProcessClock.alive(handle.pid(), handle.start())) {
            return;
        }
        try (var pidfd = new Pidfd(handle.pid())) {
            if (ProcessClock.alive(handle.pid(), handle.start())) {
                pidfd.send(io.crij.linux.Signal.KILL);
                reaper.reap(handle.pid());
            }
        } catch (ErrnoException e) {
            if (e.errno() != io.crij.linux.Errno.ESRCH) {
                throw e;
            }
        }
    }

    /// Of the end of a process: empty while it is not in the file.
    static Optional<ExitStatus> find(Fd exitFile, int pid) throws ErrnoException {
        byte[] record = new byte[ShimSteps.RECORD_SIZE];
        for (long at = 0; exitFile.pread(record, 0, record.length, at) == record.length; at += record.length) {
            var in = java.nio.ByteBuffer.wrap(record).order(java.nio.ByteOrder.LITTLE_ENDIAN);
            if (in.getInt(SI_PID) == pid) {
                return ShimProcess.read(record);
            }
        }
        return Optional.empty();
    }

    private static final int SI_PID = 16;
}
