package io.crij.oci.runtime;

import io.crij.linux.Errno;
import io.crij.linux.ErrnoException;
import io.crij.linux.Fd;
import io.crij.linux.Pidfd;
import io.crij.linux.Signal;
import io.crij.oci.program.Begun;
import io.crij.oci.program.Failure;
import io.crij.oci.program.Init;
import io.crij.oci.program.Program;
import io.crij.oci.runtime.OciException.CommandNotExecutable;
import io.crij.oci.runtime.OciException.CommandNotFound;
import io.crij.oci.runtime.OciException.HookFailed;
import io.crij.oci.runtime.OciException.StepFailed;
import io.crij.oci.runtime.OciException.TimedOut;
import io.crij.oci.runtime.OciException.Unsupported;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A process that runs a program and reports: the wait for its news, and what its failures mean. It begins before its
/// program is made, see [Begun].
final class Launch {
    /// What the command line of a container's shim begins with; its id follows.
    static final String SHIM = "crij-shim ";

    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private static final int NONE = -1;

    private final Begun begun;
    private final Readiness readiness;
    private final Fd report;
    private final Fd go;
    private final Optional<SeccompAgent> agent;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(News.SIZE).order(ByteOrder.LITTLE_ENDIAN);

    private @Nullable Program program;
    private int pid;

    /// Notify descriptor that waits for its agent.
    private int listener = NONE;

    Launch(
            Init init,
            Slots slots,
            int programSlot,
            String name,
            Descriptors descriptors,
            Readiness readiness,
            Optional<SeccompAgent> agent)
            throws ErrnoException {
        this.readiness = readiness;
        this.report = descriptors.report;
        this.go = descriptors.go;
        this.agent = agent;
        begun = init.begin(
                name, slots.given(descriptors.exitFile), programSlot, descriptors.shim.control(), descriptors.control);
    }

    void run(Program made) throws ErrnoException {
        program = made;
        begun.run(made);
    }

    /// Waits until it is there.
    int shimPid() throws ErrnoException {
        return begun.pid();
    }

    /// Of the process, once it was reported; 0 before.
    int pid() {
        return pid;
    }

    /// Waits for this piece of news; pids are noted on the way.
    void await(int news) throws OciException, InterruptedException {
        while (true) {
            Optional<Integer> got = next();
            if (got.isEmpty()) {
                throw new StepFailed(
                        "the container's process ended while it was set up, without saying why: was it killed?",
                        Errno.ECHILD);
            }
            if (got.get() == news) {
                return;
            }
        }
    }

    /// Waits until the process has executed the user's program: then nobody has the report's other end any more.
    void awaitExecution() throws OciException, InterruptedException {
        while (next().isPresent()) {
            // pids and the like
        }
    }

    private Optional<Integer> next() throws OciException, InterruptedException {
        try {
            if (!readiness.await(report, PATIENCE)) {
                throw new TimedOut("the set-up of the container's process", PATIENCE);
            }
            buffer.clear();
            int length = report.read(buffer);
            if (length == 0) {
                return Optional.empty();
            }
            int what = buffer.getInt(0);
            int value = buffer.getInt(4);
            if (what >= 0) {
                throw failure(what, value);
            }
            if (what == News.PID) {
                pid = value;
            }
            if (what == News.NO_PROGRAM) {
                throw News.noProgram();
            }
            if (what == News.LISTENER) {
                listener = value;
            }
            // the two halves write without waiting for each other: the pid may come second
            if (listener != NONE && pid != 0 && agent.isPresent()) {
                int number = listener;
                listener = NONE;
                agent.get().hand(pid, number, go);
            }
            return Optional.of(what);
        } catch (ErrnoException e) {
            throw new StepFailed("cannot read the report of the container's process: " + e.getMessage(), e.errno(), e);
        }
    }

    private OciException failure(int index, int errno) {
        // netlink's answers have it negated
        return failure(Objects.requireNonNull(program), index, Math.abs(errno));
    }

    static OciException failure(Program program, int index, int errno) {
        String about = program.about(index);
        Failure kind = program.failure(index);
        return switch (kind) {
            case COMMAND_NOT_FOUND -> new CommandNotFound(about);
            case COMMAND_NOT_EXECUTABLE -> new CommandNotExecutable(about, reason(errno));
            case HOOK -> new HookFailed(about + ": " + Errno.describe(errno));
            case UNSUPPORTED -> new Unsupported(about + ": " + Errno.describe(errno));
            case STEP ->
                new StepFailed(
                        "cannot " + about + ": " + program.call(index) + ": " + Errno.describe(errno) + " (operation "
                                + index + ")",
                        errno);
        };
    }

    private static String reason(int errno) {
        return switch (errno) {
            case Errno.EACCES -> "permission denied";
            case Errno.ENOEXEC -> "exec format error: no program for this machine, or a script without #!";
            case Errno.ENOENT -> "no such file or directory: is the interpreter or loader that it names in the image?";
            default -> Errno.describe(errno);
        };
    }

    /// Kills what there is, and reaps the shim, whose death takes a process that is still being set up along.
    void end(Reaper reaper) throws ErrnoException, InterruptedException {
        begun.giveUp();
        int shim = begun.pid();
        kill(shim);
        if (pid != 0) {
            kill(pid);
        }
        reaper.reap(shim);
    }

    private static void kill(int pid) {
        try (var pidfd = new Pidfd(pid)) {
            pidfd.send(Signal.KILL);
        } catch (ErrnoException e) {
            // it has ended already
        }
    }
}
