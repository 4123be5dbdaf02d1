package io.crij.monitor;

import io.crij.linux.ErrnoException;
import io.crij.oci.runtime.ExitStatus;
import io.crij.oci.runtime.Shim;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/// The wait for a process's end. One thread waits; the readiness thread only wakes it.
final class ExitWait implements AutoCloseable {
    private final Shim shim;
    private final Semaphore reports = new Semaphore(0);
    private final Readiness.Watch watch;

    ExitWait(Readiness readiness, Shim shim) throws ErrnoException {
        this.shim = shim;
        this.watch = readiness.watch(shim.exited(), reports::release);
    }

    ExitStatus await() throws ErrnoException, InterruptedException {
        while (true) {
            Optional<ExitStatus> exit = shim.exitStatus();
            if (exit.isPresent()) {
                return exit.get();
            }
            reports.acquire();
            watch.rearm();
        }
    }

    /// False when the process lives on after that time.
    boolean await(Duration atMost) throws ErrnoException, InterruptedException {
        long end = System.nanoTime() + atMost.toNanos();
        while (shim.exitStatus().isEmpty()) {
            if (!reports.tryAcquire(end - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                return false;
            }
            watch.rearm();
        }
        return true;
    }

    @Override
    public void close() {
        watch.close();
    }
}
