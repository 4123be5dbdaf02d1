package io.crij.oci.runtime;

import io.crij.linux.Errno;
import io.crij.linux.ErrnoException;
import io.crij.linux.Fd;
import io.crij.linux.Pidfd;
import io.crij.linux.Pipe;
import io.crij.linux.abi.FileFlags;
import io.crij.oci.runtime.OciException.StepFailed;
import io.crij.oci.runtime.OciException.WrongState;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Takes a shim over that an earlier runtime started: its pipes are opened again through its folder of proc, the
/// terminal is duplicated out of it (a second open of a terminal's master would be another terminal).
final class Reopening {
    private final Toolbox tools;
    private final ContainerRecord record;
    private final LiveContainer container;
    private final List<Fd> opened = new ArrayList<>();

    Reopening(Toolbox tools, LiveContainer container) {
        this.tools = tools;
        this.container = container;
        this.record = container.record();
    }

    Shim run() throws OciException {
        try {
            @Nullable ShimSlots slots = record.slots();
            if (slots == null || record.shim() == 0) {
                return new LoneProcess(record.pid());
            }
            if (!ProcessClock.alive(record.shim(), record.shimStart())) {
                throw new WrongState("the shim of container " + record.id() + " (process " + record.shim()
                        + ") is gone: how its process ended is in "
                        + container.folder().resolve(StateFolder.EXIT)
                        + " or nowhere");
            }
            return open(slots);
        } catch (ErrnoException e) {
            opened.forEach(Fd::close);
            throw new StepFailed(
                    "cannot take over the shim of container " + record.id() + ": " + e.getMessage(), e.errno(), e);
        }
    }

    private Shim open(ShimSlots slots) throws ErrnoException {
        @Nullable Fd console = null;
        if (slots.console() != Descriptors.NONE) {
            try (var pidfd = new Pidfd(record.shim())) {
                console = keep(pidfd.takeDescriptor(slots.console()));
            }
        }
        var streams = new ShimProcess.Streams(
                stdin(slots.stdin()),
                optional(slots.stdout(), FileFlags.O_RDONLY),
                optional(slots.stderr(), FileFlags.O_RDONLY),
                console,
                new ShimProcess.Backlogs(backlog(slots.stdoutBacklog()), backlog(slots.stderrBacklog())),
                again(slots.control(), FileFlags.O_WRONLY),
                again(slots.exited(), FileFlags.O_RDONLY),
                again(slots.exitFile(), FileFlags.O_RDONLY));
        return new ShimProcess(record.pid(), record.shim(), streams, tools.reaper());
    }

    private @Nullable Fd optional(int slot, int flags) throws ErrnoException {
        return slot == Descriptors.NONE ? null : again(slot, flags);
    }

    /// Both ends are one descriptor.
    private @Nullable Pipe backlog(int slot) throws ErrnoException {
        if (slot <= 0) {
            return null;
        }
        Fd both = again(slot, FileFlags.O_RDWR);
        return new Pipe(both, both);
    }

    /// None when it was closed for good.
    private @Nullable Fd stdin(int slot) throws ErrnoException {
        try {
            return optional(slot, FileFlags.O_WRONLY);
        } catch (ErrnoException e) {
            if (e.errno() == Errno.ENOENT) {
                return null;
            }
            throw e;
        }
    }

    private Fd again(int slot, int flags) throws ErrnoException {
        return keep(Fd.open("/proc/" + record.shim() + "/fd/" + slot, flags));
    }

    private Fd keep(Fd fd) {
        opened.add(fd);
        return fd;
    }
}
