package io.crij.oci.runtime;

import io.crij.linux.ErrnoException;
import io.crij.linux.Fd;
import io.crij.linux.Pipe;
import io.crij.linux.abi.FileFlags;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The pipes and files between runtime, shim and process, opened for one start. What the runtime does not keep for
/// itself is closed by [#close] when the shim has been started.
final class Descriptors implements AutoCloseable {
    static final int NONE = -1;

    private final List<Fd> toClose = new ArrayList<>();
    private final List<Fd> kept = new ArrayList<>();

    final Fd report;
    final Fd go;
    final Fd control;
    final Fd exited;
    final Fd exitFile;
    final @Nullable Fd stdin;
    final @Nullable Fd stdout;
    final @Nullable Fd stderr;
    final ShimProcess.Backlogs backlogs;

    /// Numbers in the shim.
    final ShimSlots shim;

    /// Opens everything and gives it out.
    ///
    /// @param exitRecord empty file for the record of the exit; it is taken over
    Descriptors(Slots slots, Stdio stdio, Fd exitRecord) throws ErrnoException {
        exitFile = keep(exitRecord);
        try {
            Pipe reportPipe = pipe();
            report = keep(reportPipe.reader());
            slots.give(slots.report(), reportPipe.writer());
            int reportSlot = slots.give(reportPipe.reader());

            Pipe goPipe = pipe();
            go = keep(goPipe.writer());
            slots.give(slots.go(), goPipe.reader());
            int goSlot = slots.give(goPipe.writer());

            Pipe controlPipe = pipe();
            control = keep(controlPipe.writer());
            int controlSlot = slots.give(controlPipe.reader());

            Pipe exitPipe = pipe();
            exited = keep(exitPipe.reader());
            int exitSlot = slots.give(exitPipe.writer());
            int exitedSlot = slots.give(exitPipe.reader());

            exitFile.pwrite(new byte[ShimSteps.RECORD_SIZE], 0, ShimSteps.RECORD_SIZE, 0);
            int exitFileSlot = slots.give(exitFile);

            int stdinSlot = NONE;
            int stdoutSlot = NONE;
            int stderrSlot = NONE;
            int stdoutBacklogSlot = NONE;
            int stderrBacklogSlot = NONE;
            if (stdio instanceof Stdio.Pipes(boolean hasStdin, boolean hasBacklogs)) {
                if (hasStdin) {
                    Pipe in = pipe();
                    stdin = keep(in.writer());
                    slots.give(0, in.reader());
                    stdinSlot = slots.give(in.writer());
                } else {
                    stdin = null;
                    slots.give(0, nothing());
                }
                Pipe out = pipe();
                stdout = keep(out.reader());
                slots.give(1, out.writer());
                stdoutSlot = slots.give(out.reader());
                Pipe err = pipe();
                stderr = keep(err.reader());
                slots.give(2, err.writer());
                stderrSlot = slots.give(err.reader());
                if (hasBacklogs) {
                    Pipe ofOut = backlog();
                    stdoutBacklogSlot = slots.give(ofOut.reader());
                    Pipe ofErr = backlog();
                    stderrBacklogSlot = slots.give(ofErr.reader());
                    backlogs = new ShimProcess.Backlogs(ofOut, ofErr);
                } else {
                    backlogs = ShimProcess.Backlogs.NONE;
                }
            } else if (stdio instanceof Stdio.Named named) {
                stdin = end(named.stdin(), FileFlags.O_WRONLY);
                stdinSlot = stdin == null ? NONE : slots.give(stdin);
                stdout = end(named.stdout(), FileFlags.O_RDONLY);
                stdoutSlot = stdout == null ? NONE : slots.give(stdout);
                stderr = end(named.stderr(), FileFlags.O_RDONLY);
                stderrSlot = stderr == null ? NONE : slots.give(stderr);
                Pipe ofOut = backlog();
                stdoutBacklogSlot = slots.give(ofOut.reader());
                Pipe ofErr = backlog();
                stderrBacklogSlot = slots.give(ofErr.reader());
                backlogs = new ShimProcess.Backlogs(ofOut, ofErr);
                slots.give(0, named.command().in());
                slots.give(1, named.command().out());
                slots.give(2, named.command().err());
            } else {
                stdin = null;
                stdout = null;
                stderr = null;
                backlogs = ShimProcess.Backlogs.NONE;
                if (stdio instanceof Stdio.Given given) {
                    slots.give(0, given.in());
                    slots.give(1, given.out());
                    slots.give(2, given.err());
                } else {
                    Fd nothing = nothing();
                    slots.give(0, nothing);
                    slots.give(1, nothing);
                    slots.give(2, nothing);
                }
            }
            for (int i = 0; i < stdio.more().size(); i++) {
                slots.give(3 + i, stdio.more().get(i));
            }
            int console = stdio instanceof Stdio.Terminal ? slots.reserve() : NONE;
            shim = new ShimSlots(
                    reportSlot,
                    goSlot,
                    controlSlot,
                    exitSlot,
                    exitedSlot,
                    exitFileSlot,
                    stdinSlot,
                    stdoutSlot,
                    stderrSlot,
                    console,
                    slots.reserve(),
                    stdoutBacklogSlot,
                    stderrBacklogSlot);
        } catch (ErrnoException e) {
            closeAll();
            throw e;
        }
    }

    private Pipe pipe() throws ErrnoException {
        Pipe pipe = Pipe.open();
        toClose.add(pipe.reader());
        toClose.add(pipe.writer());
        return pipe;
    }

    private Pipe backlog() throws ErrnoException {
        Pipe pipe = Pipe.open();
        kept.add(pipe.reader());
        kept.add(pipe.writer());
        return pipe;
    }

    private @Nullable Fd end(@Nullable Path named, int flags) throws ErrnoException {
        return named == null ? null : keep(Fd.open(named.toString(), flags));
    }

    private Fd nothing() throws ErrnoException {
        Fd fd = Fd.open("/dev/null", FileFlags.O_RDWR);
        toClose.add(fd);
        return fd;
    }

    private Fd keep(Fd fd) {
        toClose.remove(fd);
        kept.add(fd);
        return fd;
    }

    /// Closes what the children have now.
    @Override
    public void close() {
        toClose.forEach(Fd::close);
    }

    /// Lets the half go that started the process, and what was between it and the runtime.
    void end(Reaper reaper, int shimPid) throws ErrnoException {
        control.write(new byte[] {ShimSteps.ACKNOWLEDGE});
        reaper.reap(shimPid);
        control.close();
        exited.close();
        exitFile.close();
    }

    /// Closes the runtime's own ends too.
    void closeAll() {
        close();
        kept.forEach(Fd::close);
    }
}
