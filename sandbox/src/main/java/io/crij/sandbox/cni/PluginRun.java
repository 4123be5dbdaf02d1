package io.crij.sandbox.cni;

import io.crij.linux.ChildExit;
import io.crij.linux.Epoll;
import io.crij.linux.ErrnoException;
import io.crij.linux.Fd;
import io.crij.linux.Memfd;
import io.crij.linux.Pidfd;
import io.crij.linux.Signal;
import io.crij.linux.Spawn;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/// One run of a plugin's program: a session and process group of its own, its standard streams are memory files, so
/// that no descendant that keeps them open can hold us up. At the end of its time the whole group is killed. The wait
/// is
/// on a platform thread of its own.
final class PluginRun {
    /// Name of the file that is a plugin's standard output.
    static final String OUTPUT = "cni-out";

    private static final int LARGEST_OUTPUT = 4 << 20;
    private static final int LARGEST_COMPLAINT = 4096;

    /// @param timedOut it was killed
    record Outcome(byte[] output, String complaint, ChildExit exit, boolean timedOut) {}

    private final Path program;
    private final Map<String, String> environment;
    private final byte[] input;
    private final Duration timeout;

    PluginRun(Path program, Map<String, String> environment, byte[] input, Duration timeout) {
        this.program = program;
        this.environment = environment;
        this.input = input;
        this.timeout = timeout;
    }

    /// An interrupted caller ends the plugin.
    Outcome run() throws ErrnoException, InterruptedException {
        try (Fd in = Memfd.sealed("cni-in", input);
                Fd out = Memfd.create(OUTPUT);
                Fd err = Memfd.create("cni-err")) {
            in.seek(0);
            int pid = new Spawn(program.toString())
                    .arguments(List.of(program.toString()))
                    .environment(environment.entrySet().stream()
                            .map(e -> e.getKey() + "=" + e.getValue())
                            .toList())
                    .descriptor(0, in)
                    .descriptor(1, out)
                    .descriptor(2, err)
                    .newSession()
                    .start();
            var child = new Child(pid);
            boolean inTime = child.await(timeout);
            out.seek(0);
            err.seek(0);
            byte[] complaint = new byte[LARGEST_COMPLAINT];
            int length = err.read(complaint);
            return new Outcome(
                    out.readAll(LARGEST_OUTPUT),
                    new String(complaint, 0, length, StandardCharsets.UTF_8).strip(),
                    child.exit(),
                    !inTime);
        }
    }

    /// A started plugin.
    private static final class Child {
        private final int pid;
        private final FutureTask<ChildExit> end;
        private boolean reaped;
        private volatile boolean late;

        private Child(int pid) {
            this.pid = pid;
            this.end = new FutureTask<>(this::reap);
        }

        private boolean await(Duration timeout) throws ErrnoException, InterruptedException {
            Thread.ofPlatform().name("cni-plugin-" + pid).daemon().start(() -> watch(timeout));
            try {
                end.get();
                return !late;
            } catch (InterruptedException e) {
                kill();
                throw e;
            } catch (ExecutionException e) {
                if (e.getCause() instanceof ErrnoException errno) {
                    throw errno;
                }
                throw new IllegalStateException(e.getCause());
            }
        }

        private ChildExit exit() {
            return end.resultNow();
        }

        private void watch(Duration timeout) {
            try (var pidfd = new Pidfd(pid);
                    var epoll = new Epoll()) {
                epoll.add(pidfd.fd(), Epoll.IN, 0);
                long deadline = System.nanoTime() + timeout.toNanos();
                var ended = false;
                while (!ended && !late) {
                    var left = Duration.ofNanos(deadline - System.nanoTime());
                    late = left.isNegative();
                    ended = epoll.await(left, (_, _) -> {}) > 0;
                }
            } catch (ErrnoException e) {
                late = true;
            }
            if (late) {
                kill();
            }
            end.run();
        }

        private ChildExit reap() throws ErrnoException {
            var exit = ChildExit.await(pid);
            synchronized (this) {
                reaped = true;
            }
            return exit;
        }

        private synchronized void kill() {
            if (reaped) {
                return;
            }
            try {
                Signal.KILL.send(-pid);
            } catch (ErrnoException _) {
                // it has ended
            }
        }
    }
}
