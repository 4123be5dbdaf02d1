package io.crij.monitor;

import io.crij.linux.ErrnoException;
import io.crij.linux.Fd;
import io.crij.monitor.proto.ExecOutput;
import io.crij.monitor.proto.ExecResult;
import io.crij.oci.runtime.ExitStatus;
import io.crij.oci.runtime.Shim;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// An exec that is under way. The thread that made it does everything; the readiness thread only wakes it.
final class ExecRun implements AutoCloseable {
    /// Kept bytes beyond this go to the client while the process runs.
    private static final int CHUNK = 64 << 10;

    private final Thread thread = Thread.currentThread();
    private final Readiness readiness;
    private final Shim shim;
    private final ByteBuffer buffer;
    private final ExecSync.Output output;
    private @Nullable ExecStream stdout;
    private @Nullable ExecStream stderr;
    private Readiness.@Nullable Watch exit;
    private volatile boolean exitReported;

    ExecRun(Readiness readiness, Shim shim, ByteBuffer buffer, ExecSync.Output output) {
        this.readiness = readiness;
        this.shim = shim;
        this.buffer = buffer;
        this.output = output;
    }

    /// @param limit bytes to keep per stream
    void begin(long limit) throws ErrnoException {
        stdout = stream(shim.stdout(), limit);
        stderr = stream(shim.stderr(), limit);
        exit = readiness.watch(shim.exited(), () -> {
            exitReported = true;
            LockSupport.unpark(thread);
        });
    }

    private @Nullable ExecStream stream(Optional<Fd> fd, long limit) throws ErrnoException {
        return fd.isEmpty() ? null : new ExecStream(fd.get(), limit, readiness, () -> LockSupport.unpark(thread));
    }

    /// Reads until the process has ended; then what is still in the pipes, not what others write into them later.
    ///
    /// @param atMost zero is without end
    /// @return empty when the time was over before
    Optional<ExitStatus> untilExit(Duration atMost) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + atMost.toNanos();
        while (true) {
            read(stdout);
            read(stderr);
            Optional<ExitStatus> status = exited();
            if (status.isPresent()) {
                readRest(stdout);
                readRest(stderr);
                return status;
            }
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            long left = atMost.isZero() ? Long.MAX_VALUE : deadline - System.nanoTime();
            if (left <= 0) {
                return Optional.empty();
            }
            // asked again right before: sending a chunk parks too and may have used the wake-up
            if (!exitReported && !ready(stdout) && !ready(stderr)) {
                LockSupport.parkNanos(this, left);
            }
        }
    }

    private static boolean ready(@Nullable ExecStream stream) {
        return stream != null && stream.ready();
    }

    private Optional<ExitStatus> exited() throws ErrnoException {
        if (!exitReported) {
            return Optional.empty();
        }
        Optional<ExitStatus> status = shim.exitStatus();
        if (status.isEmpty() && exit != null) {
            exitReported = false;
            exit.rearm();
        }
        return status;
    }

    private void read(@Nullable ExecStream stream) throws IOException {
        if (stream != null) {
            stream.readIfReady(buffer);
            if (stream.size() >= CHUNK) {
                output.send(chunk());
            }
        }
    }

    private void readRest(@Nullable ExecStream stream) throws ErrnoException {
        if (stream != null) {
            stream.readAvailable(buffer);
        }
    }

    private ExecOutput chunk() {
        ExecOutput.Builder chunk = ExecOutput.newBuilder();
        if (stdout != null) {
            chunk.setStdout(stdout.take());
        }
        if (stderr != null) {
            chunk.setStderr(stderr.take());
        }
        return chunk.build();
    }

    ExecResult result(int exitCode, boolean timedOut) {
        ExecOutput rest = chunk();
        return ExecResult.newBuilder()
                .setStdout(rest.getStdout())
                .setStderr(rest.getStderr())
                .setExitCode(exitCode)
                .setTimedOut(timedOut)
                .build();
    }

    @Override
    public void close() {
        if (stdout != null) {
            stdout.close();
        }
        if (stderr != null) {
            stderr.close();
        }
        if (exit != null) {
            exit.close();
        }
    }
}
