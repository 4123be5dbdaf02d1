package io.crij.oci.runtime;

import io.crij.linux.Errno;
import io.crij.linux.ErrnoException;
import io.crij.linux.Fd;
import io.crij.linux.Pidfd;
import io.crij.linux.Signal;
import io.crij.oci.program.Program;
import io.crij.oci.runtime.OciException.StepFailed;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A command that runs under a process of `init`, its subreaper: what it starts and leaves behind, a container for
/// instance, becomes a child of that. The subreaper then stays as the container's shim, or ends with the command.
/// Used by one thread.
public final class Subreaper implements AutoCloseable {
    private static final Duration CONSOLE = Duration.ofSeconds(10);
    private static final int MOST_SAID = 1 << 16;

    private final int pid;
    private final Descriptors descriptors;
    private final Program program;
    private final Readiness readiness;
    private final Reaper reaper;
    private final boolean waits;
    private final ByteBuffer news = ByteBuffer.allocateDirect(News.SIZE).order(ByteOrder.LITTLE_ENDIAN);
    private int command;
    private boolean console;
    private boolean adopted;
    private boolean ended;

    /// Numbers in the subreaper.
    record Places(int program, int nothing, int waited, int listener, ShimSlots shim) {}

    /// What to run.
    ///
    /// @param id of the container, for the name of the process
    /// @param arguments of the command, the absolute path of its program first; empty: nothing is run, and it holds
    ///     the streams only
    /// @param directory that the command starts in, absolute
    /// @param environment `NAME=value` each
    /// @param stdio of the command, and so of a container that it makes; without a terminal of ours: see `listener`
    /// @param exitRecords file that is opened to append; it is taken over
    /// @param listener socket for the master of the container's terminal, which stays the caller's to close
    /// @param waiter command whose end is that of the container, for runtimes whose containers are no processes of
    ///     this host; run when [Subreapers#startWaiter] asks
    /// @param waited file that this command writes to; it stays the caller's to close
    public record Request(
            String id,
            List<String> arguments,
            List<String> environment,
            String directory,
            Stdio stdio,
            Fd exitRecords,
            @Nullable Fd listener,
            Optional<List<String>> waiter,
            @Nullable Fd waited) {}

    /// How a later runtime finds a subreaper again.
    ///
    /// @param start of the process, so that the pid cannot come to mean another one
    /// @param waits there is a waiter
    public record Handle(int pid, long start, boolean terminal, boolean waits, ShimSlots slots) {}

    /// Finds how the process ended in what the subreaper has written.
    @FunctionalInterface
    public interface Exits {
        /// Empty while it lives.
        ///
        /// @param told whether the subreaper says that the process whose end is wanted, or the waiter,
        ///     has ended
        Optional<ExitStatus> find(Fd exitRecords, boolean told) throws ErrnoException;

        /// As the subreaper saw it.
        static Exits ofPid(int pid) {
            return (exitRecords, _) -> Subreapers.find(exitRecords, pid);
        }
    }

    /// @param waits there is a waiter
    Subreaper(int pid, Descriptors descriptors, Program program, Readiness readiness, Reaper reaper, boolean waits) {
        this.waits = waits;
        this.pid = pid;
        this.descriptors = descriptors;
        this.program = program;
        this.readiness = readiness;
        this.reaper = reaper;
    }

    /// Waits for the command's own end.
    ///
    /// @return empty when the time is over; the command runs on
    public Optional<ExitStatus> await(Duration atMost) throws OciException, InterruptedException {
        long deadline = System.nanoTime() + atMost.toNanos();
        while (true) {
            long left = deadline - System.nanoTime();
            int what = next(Duration.ofNanos(Math.max(0, left)));
            if (what == News.COMMAND_ENDED) {
                return Optional.of(ended());
            }
            if (what == NOTHING) {
                return Optional.empty();
            }
        }
    }

    private ExitStatus ended() throws OciException {
        try {
            return Subreapers.find(descriptors.exitFile, command)
                    .orElseThrow(() -> new StepFailed("it is not known how process " + command + " ended", 0));
        } catch (ErrnoException e) {
            throw new StepFailed("cannot read how process " + command + " ended: " + e.getMessage(), e.errno(), e);
        }
    }

    private static final int NOTHING = 0;

    private int next(Duration atMost) throws OciException, InterruptedException {
        try {
            if (!readiness.await(descriptors.report, atMost)) {
                return NOTHING;
            }
            news.clear();
            if (descriptors.report.read(news) < News.SIZE) {
                throw new StepFailed("the process that runs the command was killed", Errno.ECHILD);
            }
            int what = news.getInt(0);
            if (what >= 0) {
                throw Launch.failure(program, what, Math.abs(news.getInt(4)));
            }
            switch (what) {
                case News.PID -> command = news.getInt(4);
                case News.CONSOLE -> console = true;
                default -> {}
            }
            return what;
        } catch (ErrnoException e) {
            throw new StepFailed("cannot read the report of a command: " + e.getMessage(), e.errno(), e);
        }
    }

    /// What the command, or the container, has written and nobody has read yet. Only of streams that are pipes.
    public String said() throws ErrnoException {
        return said(descriptors.stdout) + said(descriptors.stderr);
    }

    private static String said(@Nullable Fd stream) throws ErrnoException {
        if (stream == null) {
            return "";
        }
        byte[] text = new byte[Math.min(MOST_SAID, stream.available())];
        return text.length == 0 ? "" : new String(text, 0, stream.read(text), StandardCharsets.UTF_8);
    }

    public Handle handle() {
        boolean terminal = descriptors.shim.console() != Descriptors.NONE;
        return new Handle(pid, ProcessClock.startOf(pid), terminal, waits, descriptors.shim);
    }

    /// The subreaper stays as the shim of this process. Its handle must have been written down before.
    ///
    /// @param process whose end is wanted, until there is a waiter
    public Shim adopt(int process, Exits exits) throws OciException, InterruptedException {
        try {
            var streams = new ShimProcess.Streams(
                    descriptors.stdin,
                    descriptors.stdout,
                    descriptors.stderr,
                    takeConsole(),
                    descriptors.backlogs,
                    descriptors.control,
                    descriptors.exited,
                    descriptors.exitFile);
            var shim = new ShimProcess(process, pid, streams, reaper, exits::find, !waits);
            adopted = true;
            descriptors.report.close();
            descriptors.go.close();
            shim.acknowledge();
            try (Fd tell = Fd.open("/proc/" + pid + "/fd/" + descriptors.shim.exit(), TELL)) {
                want(shim, process, tell);
            }
            return shim;
        } catch (ErrnoException e) {
            throw new StepFailed("cannot adopt process " + process + ": " + e.getMessage(), e.errno(), e);
        }
    }

    private static final int TELL = io.crij.linux.abi.FileFlags.O_WRONLY;

    /// Whoever comes second, this order or the process's end, sees to it that the end is told.
    static void want(ShimProcess shim, int process, Fd tell) throws ErrnoException {
        byte[] order = ByteBuffer.allocate(5)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put(ShimSteps.PROCESS)
                .putInt(process)
                .array();
        shim.command(order);
        if (!shim.nudges() && shim.exitStatus().isPresent()) {
            tell.write(new byte[] {1});
        }
    }

    private @Nullable Fd takeConsole() throws OciException, ErrnoException, InterruptedException {
        if (descriptors.shim.console() == Descriptors.NONE) {
            return null;
        }
        long deadline = System.nanoTime() + CONSOLE.toNanos();
        while (!console) {
            if (next(Duration.ofNanos(Math.max(0, deadline - System.nanoTime()))) == NOTHING) {
                throw new StepFailed(
                        "the runtime did not hand over the terminal within " + CONSOLE.toSeconds() + " s", 0);
            }
        }
        try (var pidfd = new Pidfd(pid)) {
            return pidfd.takeDescriptor(descriptors.shim.console());
        }
    }

    /// Ends the subreaper, unless it was adopted, with everything that is left of the command.
    @Override
    public void close() {
        if (ended || adopted) {
            return;
        }
        ended = true;
        Descendants.killAll(pid);
        try (var pidfd = new Pidfd(pid)) {
            pidfd.send(Signal.KILL);
        } catch (ErrnoException e) {
            // it has ended already
        }
        reaper.reap(pid);
        descriptors.closeAll();
    }

    /// Ends the subreaper and lets go what the command has left behind.
    public void leave() {
        if (ended || adopted) {
            return;
        }
        ended = true;
        try {
            descriptors.control.write(new byte[] {ShimSteps.QUIT});
        } catch (ErrnoException e) {
            // it has ended already
        }
        reaper.reap(pid);
        descriptors.closeAll();
    }
}
