package io.crij.oci.runtime;

import io.crij.linux.ChildExit;
import io.crij.linux.ErrnoException;
import io.crij.linux.Fd;
import io.crij.linux.Pidfd;
import io.crij.linux.Pipe;
import io.crij.linux.Signal;
import io.crij.linux.abi.FileFlags;
import io.crij.linux.abi.Prctl;
import io.crij.oci.program.Arch;
import io.crij.oci.program.Call;
import io.crij.oci.program.Operand;
import io.crij.oci.program.ProgramBuilder;
import io.crij.oci.runtime.OciException.HookFailed;
import io.crij.oci.spec.Hook;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/// Runs the hooks that belong to the host: prestart, createRuntime, poststart, poststop. Each is a process with a
/// clean state, its input is the container's state, its error output goes into the message when it fails. It ends with
/// the thread that started it, so that none outlives a runtime that was killed; that is a platform thread, which waits
/// for it, since the carriers of virtual threads come and go.
final class HookRunner {
    private static final Duration NO_LIMIT = Duration.ofDays(365);
    private static final int REPORT = 3;
    private static final int PROGRAM = 4;
    private static final int MOST_OUTPUT = 4096;

    private final Toolbox tools;

    HookRunner(Toolbox tools) {
        this.tools = tools;
    }

    void run(String kind, List<Hook> hooks, byte[] state) throws HookFailed, InterruptedException {
        for (Hook hook : hooks) {
            var run = new Run(kind, hook, state);
            try {
                run.await();
            } catch (InterruptedException e) {
                run.giveUp();
                throw e;
            }
        }
    }

    /// Does not give up when its caller does: what the hooks are for has happened already. The interrupt is forgotten.
    void runToTheEnd(String kind, List<Hook> hooks, byte[] state) throws HookFailed {
        for (Hook hook : hooks) {
            var run = new Run(kind, hook, state);
            for (boolean over = false; !over; ) {
                try {
                    run.await();
                    over = true;
                } catch (InterruptedException _) {
                    // go on waiting
                }
            }
        }
    }

    /// One hook and the thread that is its parent.
    private final class Run {
        private final String about;
        private final FutureTask<@Nullable Void> work;
        private final Thread parent;

        Run(String kind, Hook hook, byte[] state) {
            about = kind + " hook " + hook.path();
            work = new FutureTask<>(() -> {
                carryOut(about, hook, state);
                return null;
            });
            parent = Thread.ofPlatform().daemon().name("hook").start(work);
        }

        void await() throws HookFailed, InterruptedException {
            try {
                work.get();
            } catch (ExecutionException e) {
                switch (e.getCause()) {
                    case HookFailed failed -> throw failed;
                    case null, default -> throw new IllegalStateException(about, e.getCause());
                }
            }
        }

        /// Returns when the hook has ended.
        void giveUp() throws InterruptedException {
            parent.interrupt();
            parent.join();
        }
    }

    private void carryOut(String about, Hook hook, byte[] state) throws HookFailed, InterruptedException {
        try (Pipe input = Pipe.open();
                Pipe errors = Pipe.open();
                Pipe report = Pipe.open();
                Fd nothing = Fd.open("/dev/null", FileFlags.O_RDWR)) {
            if (state.length > 32768) {
                input.writer().pipeCapacity(1 << 20);
            }
            input.writer().write(state);
            input.writer().close();
            var descriptors = Map.of(0, input.reader(), 1, nothing, 2, errors.writer(), REPORT, report.writer());
            int pid = tools.init().start(program(hook).build(), "crij-hook", descriptors, PROGRAM);
            errors.writer().close();
            report.writer().close();
            String problem = await(pid, hook);
            byte[] reported = new byte[News.SIZE];
            if (report.reader().read(reported) == News.SIZE) {
                problem = "cannot be executed: " + io.crij.linux.Errno.describe(reported[4] & 0xFF);
            }
            if (!problem.isEmpty()) {
                throw new HookFailed(about + " " + problem + said(errors.reader()));
            }
        } catch (ErrnoException e) {
            throw new HookFailed(about + ": " + e.getMessage());
        }
    }

    private static ProgramBuilder program(Hook hook) {
        var p = new ProgramBuilder(Arch.host(), REPORT);
        p.call("close the program", Call.CLOSE, Operand.of(PROGRAM));
        p.call(
                "let the report end with the exec",
                Call.CLOSE_RANGE,
                Operand.of(REPORT),
                Operand.of(REPORT),
                Operand.of(4));
        ProcessSettings.reset(p);
        p.call(
                "end when the runtime ends",
                Call.PRCTL,
                Operand.of(Prctl.PR_SET_PDEATHSIG),
                Operand.of(Signal.KILL.number()),
                Operand.of(0),
                Operand.of(0),
                Operand.of(0));
        p.call("reset the umask", Call.UMASK, Operand.of(0022));
        List<String> args = hook.args().isEmpty() ? List.of(hook.path()) : hook.args();
        p.call(
                "execute " + hook.path(),
                Call.EXECVE,
                p.text(hook.path()),
                p.strings(args, "argv"),
                p.strings(hook.env(), "envp"));
        return p;
    }

    /// @return what is wrong; empty when nothing is
    private String await(int pid, Hook hook) throws ErrnoException, InterruptedException {
        @Nullable Integer timeout = hook.timeout();
        boolean ended = false;
        try (var pidfd = new Pidfd(pid)) {
            try {
                ended = tools.readiness().await(pidfd.fd(), timeout == null ? NO_LIMIT : Duration.ofSeconds(timeout));
            } finally {
                if (!ended) {
                    pidfd.send(Signal.KILL);
                    tools.reaper().reap(pid);
                }
            }
        }
        if (!ended) {
            return "did not end within its timeout of " + timeout + " s";
        }
        ChildExit exit = ChildExit.await(pid);
        return exit.shellCode() == 0
                ? ""
                : exit.signal() == 0 ? "ended with status " + exit.code() : "was ended by " + new Signal(exit.signal());
    }

    private static String said(Fd errors) throws ErrnoException {
        byte[] buffer = new byte[MOST_OUTPUT];
        if (errors.available() == 0) {
            return "";
        }
        return ": " + new String(buffer, 0, errors.read(buffer), StandardCharsets.UTF_8).strip();
    }
}
